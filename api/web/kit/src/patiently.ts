/** Fetches what a page can do without for now, again and again until it is there. */

import { pause } from "./pause.ts";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** What `attempt` brings, asked again after each failure; null once `until` is aborted. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  until?: AbortSignal,
): Promise<T | null> {
  let waitMs = FIRST_WAIT_MS;
  while (!until?.aborted) {
    try {
      return await attempt();
    } catch (error) {
      // Cut off on the way: a page of somebody at a roadside is asked for more than once. It is
      // told: what was fetched may also be at fault.
      console.warn(`Asked again in ${waitMs / 1000} s:`, error);
    }
    await pause(waitMs, until);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
  return null;
}
