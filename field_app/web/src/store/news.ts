/** What has to reach a technician who does not look: a new job, and one that was taken back. */

import { signal } from "@preact/signals";
import type { FieldJob } from "@roadflare/kit/contract.ts";

/** The number of a job that was taken back while the unit was at it, until that is read. */
export const withdrawn = signal<string | null>(null);

/** A pattern of pulses, in milliseconds. */
const PULSES = [300, 150, 300];

const UNDER_WAY: FieldJob["state"][] = ["rolling", "on_site", "loaded"];

/**
 * Tells what a list brought. `before` is the job as the technician left it: what he has reported
 * as over was not taken from him.
 */
export function tellNews(before: FieldJob | null, after: FieldJob | null): void {
  if (before?.job_id === after?.job_id) return;
  const isTaken = before !== null && UNDER_WAY.includes(before.state);
  if (isTaken) withdrawn.value = before.number;
  if (isTaken || after) pulse();
}

/** Browsers pulse only for whoever has touched the page since it was opened, and complain else. */
function pulse(): void {
  if ((navigator.userActivation as UserActivation | undefined)?.hasBeenActive !== false)
    navigator.vibrate?.(PULSES);
}
