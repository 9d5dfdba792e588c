/** Fixes of the phone that wait to be sent, those of each unit apart. */

import type { FieldPosition } from "@roadflare/kit/contract.ts";

export interface Trail {
  add(unit: number, fix: FieldPosition): void;
  /** Sends a batch of this unit's fixes; those of others stay until their unit is back. */
  send(unit: number): Promise<void>;
}

/** Two hours at one fix in ten seconds: a long tunnel and a bad network. */
const KEPT = 720;
const BATCH = 200;

export type SendFixes = (unit: number, fixes: readonly FieldPosition[]) => Promise<void>;

export function makeTrail(sendFixes: SendFixes): Trail {
  const waiting = new Map<number, readonly FieldPosition[]>();
  const of = (unit: number) => waiting.get(unit) ?? [];
  let sending = false;

  return {
    add(unit, fix) {
      waiting.set(unit, [...of(unit), fix].slice(-KEPT));
    },
    async send(unit) {
      const batch = of(unit).slice(0, BATCH);
      if (sending || batch.length === 0) return;
      sending = true;
      try {
        await sendFixes(unit, batch);
        waiting.set(
          unit,
          of(unit).filter((fix) => !batch.includes(fix)),
        );
      } catch {
        // Kept; the newest ones count most, the oldest fall out first.
      } finally {
        sending = false;
      }
    },
  };
}
