/** Which photo the next step asks for: as the server's table says, counting what is unsent. */

import type { FieldEventKind, FieldJob } from "@roadflare/kit/contract.ts";
import type { KeptPhoto } from "./photo_shelf.ts";

export type Wanted = FieldJob["evidence"][number];

/** What every job may have photos of. */
export const ANY_TIME = "work";

/** A photo on the phone; with an `id`, the server has it, and the list may show it. */
type Unlisted = Pick<KeptPhoto, "job_id" | "step"> & { id?: number };

/** What `next` asks for and has not; null when nothing is missing. */
export function wantedPhoto(
  job: FieldJob,
  next: FieldEventKind | null,
  unlisted: readonly Unlisted[],
): Wanted | null {
  // A list that an older page has kept knows nothing of photos.
  const asked = (job.evidence ?? []).find(({ before }) => before === next);
  if (!asked) return null;
  const isOne = ({ step }: { step: string }) => step === asked.step;
  const listed = (job.photos ?? []).filter((photo) => photo.by === "technician" && isOne(photo));
  const ids = new Set(listed.map(({ id }) => id));
  const others = unlisted.filter(
    (photo) => photo.job_id === job.job_id && isOne(photo) && !(photo.id && ids.has(photo.id)),
  );
  const n = listed.length + others.length;
  return n < asked.n ? asked : null;
}

/** The step that a further photo belongs to. */
export const stepOfMore = (job: FieldJob, next: FieldEventKind | null): string =>
  (job.evidence ?? []).find(({ before }) => before === next)?.step ?? ANY_TIME;
