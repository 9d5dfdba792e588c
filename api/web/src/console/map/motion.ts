/**
 * Where units are drawn: gliding from the last known place to the new one.
 *
 * Positions come every two seconds; without gliding the symbols would hop.
 */

import type { LonLat, Unit } from "@roadflare/kit/contract.ts";

const GLIDE_MS = 2000;
/** Farther than this (about 2 km) is a correction, not a drive. */
const HOP_DEGREES = 0.02;

interface Glide {
  from: LonLat;
  to: LonLat;
  startMs: number;
}

export class Motion {
  private readonly glides = new Map<number, Glide>();

  /** Takes the newest positions. */
  set(units: readonly Unit[], nowMs: number, still: boolean): void {
    const seen = new Set<number>();
    for (const { id, lon, lat } of units) {
      if (lon === null || lat === null) continue;
      seen.add(id);
      const to: LonLat = [lon, lat];
      const before = this.glides.get(id);
      if (before && before.to[0] === lon && before.to[1] === lat) continue;
      const from = before && !still ? placeAt(before, nowMs) : to;
      const hop = Math.hypot(from[0] - lon, from[1] - lat) > HOP_DEGREES;
      this.glides.set(id, { from: hop ? to : from, to, startMs: nowMs });
    }
    for (const id of [...this.glides.keys()]) if (!seen.has(id)) this.glides.delete(id);
  }

  at(nowMs: number): Map<number, LonLat> {
    return new Map([...this.glides].map(([id, glide]) => [id, placeAt(glide, nowMs)]));
  }

  /** Whether anything still moves. */
  moving(nowMs: number): boolean {
    for (const { from, to, startMs } of this.glides.values()) {
      if (nowMs - startMs < GLIDE_MS && (from[0] !== to[0] || from[1] !== to[1])) return true;
    }
    return false;
  }
}

function placeAt({ from, to, startMs }: Glide, nowMs: number): LonLat {
  const share = Math.min(1, Math.max(0, (nowMs - startMs) / GLIDE_MS));
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}
