/** How old a list on screen is, whatever the stream of events says. */

import type { ReadonlySignal } from "@preact/signals";
import { now } from "@roadflare/kit/server_clock.ts";

/** The lists are asked for at least every 20 s: who has none after this much more has an old one. */
export const OLD_S = 30;

/** Local milliseconds at which a list was fetched last; null before the first time. */
export type FetchedAt = ReadonlySignal<number | null>;

/** Seconds; null while there is nothing yet. */
export function ageS(at: FetchedAt): number | null {
  // Read so that the age is counted on while nothing else changes.
  void now.value;
  return at.value === null ? null : Math.max(0, Math.round((Date.now() - at.value) / 1000));
}

/** Of the oldest of several. */
export function oldestS(lists: readonly FetchedAt[]): number | null {
  const ages = lists.map(ageS);
  return ages.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);
}
