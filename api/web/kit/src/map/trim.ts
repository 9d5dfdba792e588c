/** The rest of a line from where somebody on it is. */

import type { LonLat } from "../contract.ts";

interface Foot {
  segment: number;
  at: LonLat;
  squared: number;
}

/** Nearest point of segment a-b; longitudes are shrunk by the latitude so that nearest is nearest. */
function footOn(a: LonLat, b: LonLat, p: LonLat, shrink: number): { at: LonLat; squared: number } {
  const dx = (b[0] - a[0]) * shrink;
  const dy = b[1] - a[1];
  const px = (p[0] - a[0]) * shrink;
  const py = p[1] - a[1];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
  const at: LonLat = [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
  const rest = [px - dx * share, py - dy * share] as const;
  return { at, squared: rest[0] ** 2 + rest[1] ** 2 };
}

/** `line` from the point nearest to `place` on. Of equally near points the last counts. */
export function trimmed(line: readonly LonLat[], place: LonLat): LonLat[] {
  const shrink = Math.cos((place[1] * Math.PI) / 180);
  let best: Foot | null = null;
  for (let segment = 0; segment + 1 < line.length; segment++) {
    const a = line[segment];
    const b = line[segment + 1];
    if (!a || !b) continue;
    const foot = footOn(a, b, place, shrink);
    if (!best || foot.squared <= best.squared) best = { segment, ...foot };
  }
  if (!best) return [...line];
  return [best.at, ...line.slice(best.segment + 1)];
}
