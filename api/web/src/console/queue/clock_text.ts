/** The promise's clock in words: how long is left, or how late it is. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { clockText, secondsBetween } from "@roadflare/kit/format.ts";
import { t } from "../words.ts";

export interface PromiseReading {
  /** "12:05" or "+03:20" */
  text: string;
  word: string;
  /** 1 at the call, 0 at the target and after. */
  shareLeft: number;
}

export function readPromise(incident: Incident, nowMs: number): PromiseReading {
  const at = incident.arrived_at ?? nowMs;
  const leftS = secondsBetween(at, incident.target_at);
  const wholeS = Math.max(1, secondsBetween(incident.received_at, incident.target_at));
  const late = leftS < 0;
  const text = late ? `+${clockText(leftS)}` : clockText(leftS);
  const shareLeft = Math.min(1, Math.max(0, leftS / wholeS));
  if (incident.arrived_at) {
    return { text, shareLeft, word: late ? t("clock.arrivedLate") : t("clock.arrived") };
  }
  return { text, shareLeft, word: late ? t("clock.late") : t("clock.left") };
}
