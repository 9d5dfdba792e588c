/** Fixes of the phone that wait to be sent, those of each unit apart. */

import type { FieldPosition } from "@roadflare/kit/contract.ts";
import type { ProblemError } from "@roadflare/kit/http.ts";
import { isFinal } from "./final.ts";

export interface Trail {
  add(unit: number, fix: FieldPosition): void;
  /** Sends a batch of this unit's fixes; those of others stay until their unit is back. */
  send(unit: number): Promise<void>;
}

/** Two hours at one fix in ten seconds: a long tunnel and a bad network. */
const KEPT = 720;
const BATCH = 200;
/** A place known no better than this says nothing; the server refuses it. */
export const WORST_ACCURACY_M = 5000;

export type SendFixes = (unit: number, fixes: readonly FieldPosition[]) => Promise<void>;

/** The fixes that a refusal points at; where it points at none, all of them. */
function atFault(batch: readonly FieldPosition[], { faults }: ProblemError) {
  const named = new Set(faults.map(({ field }) => /^positions\.(\d+)/.exec(field)?.[1]));
  const found = batch.filter((_, index) => named.has(String(index)));
  return found.length > 0 ? found : batch;
}

export function makeTrail(sendFixes: SendFixes): Trail {
  const waiting = new Map<number, readonly FieldPosition[]>();
  const drop = (unit: number, batch: readonly FieldPosition[]) => {
    waiting.set(
      unit,
      of(unit).filter((fix) => !batch.includes(fix)),
    );
  };
  const of = (unit: number) => waiting.get(unit) ?? [];
  let sending = false;

  return {
    add(unit, fix) {
      if ((fix.accuracy_m ?? 0) > WORST_ACCURACY_M) return;
      waiting.set(unit, [...of(unit), fix].slice(-KEPT));
    },
    async send(unit) {
      // Where the unit is now counts more than where it was; the server takes any order.
      const batch = of(unit).slice(-BATCH);
      if (sending || batch.length === 0) return;
      sending = true;
      try {
        await sendFixes(unit, batch);
        drop(unit, batch);
      } catch (error) {
        // What is refused for good would hold up all that comes after it. All else is kept.
        if (isFinal(error)) drop(unit, atFault(batch, error));
      } finally {
        sending = false;
      }
    },
  };
}
