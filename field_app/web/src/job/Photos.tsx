/** Photos of the job at hand: the owner's of the fault, one's own, and those still to be sent. */

import type { FieldJob, FieldPhoto } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { type Shown, usePicture } from "@roadflare/kit/picture.ts";
import { said } from "@roadflare/kit/words.ts";
import { useEffect, useState } from "preact/hooks";
import { Sheet } from "../Sheet.tsx";
import { stepOfMore, wantedPhoto } from "../store/evidence.ts";
import type { KeptPhoto } from "../store/photo_shelf.ts";
import { stepsOf } from "../store/progress.ts";
import { call } from "../store/session.ts";
import { unlistedPhotos, unsentPhotos } from "../store/sync.ts";
import { t } from "../words.ts";
import { TakePhoto } from "./TakePhoto.tsx";

/** What a step is called on this job; its name where no photo of it was asked for. */
function stepLabel(job: FieldJob, step: string): string {
  const known = [...(job.evidence ?? []), ...(job.photos ?? [])].find((it) => it.step === step);
  return known ? said(known.label) : t("photo.one");
}

function Thumbnail({ shown, label, mark }: { shown: Shown; label: string; mark: string }) {
  const [large, setLarge] = useState(false);
  return (
    <li>
      <button type="button" class="photo" aria-label={label} onClick={() => setLarge(true)}>
        {typeof shown === "object" && <img src={shown.address} alt="" />}
        {shown === "loading" && <span class="muted">…</span>}
        {shown === "failed" && <span class="muted">{t("photo.failed")}</span>}
      </button>
      <small>{mark}</small>
      {large && (
        <Sheet title={label} onClose={() => setLarge(false)}>
          {typeof shown === "object" ? (
            <img class="photo-large" src={shown.address} alt={label} />
          ) : (
            <p>{t(shown === "loading" ? "photo.loading" : "photo.failed")}</p>
          )}
        </Sheet>
      )}
    </li>
  );
}

function Sent({ job, photo }: { job: FieldJob; photo: FieldPhoto }) {
  const path = `/field/jobs/${job.job_id}/photos/${photo.id}`;
  const shown = usePicture(path, () => call<Blob>(path, { blob: true }));
  const who = photo.by === "owner" ? t("photo.owners") : said(photo.label);
  return <Thumbnail shown={shown} label={`${who} ${timeOfDay(photo.taken_at)}`} mark={who} />;
}

function Unsent({ job, photo }: { job: FieldJob; photo: KeptPhoto }) {
  const [shown, setShown] = useState<Shown>("loading");
  useEffect(() => {
    const address = URL.createObjectURL(photo.picture);
    setShown({ address });
    return () => URL.revokeObjectURL(address);
  }, [photo.client_id]);
  const label = `${stepLabel(job, photo.step)} · ${t("photo.unsent")}`;
  return <Thumbnail shown={shown} label={label} mark={label} />;
}

export function Photos({ job }: { job: FieldJob }) {
  const unsent = unsentPhotos.value.filter((photo) => photo.job_id === job.job_id);
  const { primary } = stepsOf(job);
  // Where the step itself asks for one, its button is the camera.
  const isFree =
    ["on_site", "loaded"].includes(job.state) &&
    wantedPhoto(job, primary, unlistedPhotos.value) === null;
  const sent = job.photos ?? [];
  const isFirst = unsent.length === 0 && sent.every(({ by }) => by === "owner");
  if (sent.length + unsent.length === 0 && !isFree) return null;
  return (
    <section class="photos" aria-label={t("photo.title")}>
      <h3>{t("photo.title")}</h3>
      {sent.length + unsent.length > 0 && (
        <ul>
          {sent.map((photo) => (
            <Sent key={photo.id} job={job} photo={photo} />
          ))}
          {unsent.map((photo) => (
            <Unsent key={photo.client_id} job={job} photo={photo} />
          ))}
        </ul>
      )}
      {isFree && (
        <TakePhoto job={job} step={stepOfMore(job, primary)} class="big">
          {t(isFirst ? "photo.take" : "photo.another")}
        </TakePhoto>
      )}
    </section>
  );
}
