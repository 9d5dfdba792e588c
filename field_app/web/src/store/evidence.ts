/** Which photo the next step asks for: as the server's table says, counting what is unsent. */

import type { FieldEventKind, FieldJob } from "@roadflare/kit/contract.ts";
import type { KeptPhoto } from "./photo_shelf.ts";

export type Wanted = FieldJob["evidence"][number];

/** What every job may have photos of. */
export const ANY_TIME = "work";

type Unsent = Pick<KeptPhoto, "job_id" | "step">;

/** What `next` asks for and has not; null when nothing is missing. */
export function wantedPhoto(
  job: FieldJob,
  next: FieldEventKind | null,
  unsent: readonly Unsent[],
): Wanted | null {
  // A list that an older page has kept knows nothing of photos.
  const asked = (job.evidence ?? []).find(({ before }) => before === next);
  if (!asked) return null;
  const isOne = ({ step }: { step: string }) => step === asked.step;
  const n =
    (job.photos ?? []).filter((photo) => photo.by === "technician" && isOne(photo)).length +
    unsent.filter((photo) => photo.job_id === job.job_id && isOne(photo)).length;
  return n < asked.n ? asked : null;
}

/** The step that a further photo belongs to. */
export const stepOfMore = (job: FieldJob, next: FieldEventKind | null): string =>
  (job.evidence ?? []).find(({ before }) => before === next)?.step ?? ANY_TIME;
