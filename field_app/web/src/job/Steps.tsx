/** The bottom of the screen: one big button for the next step, one small one for all else. */

import type { FieldJob, NoPhotoReason } from "@roadflare/kit/contract.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { useState } from "preact/hooks";
import { wantedPhoto } from "../store/evidence.ts";
import { mayTakeBack, stepsOf } from "../store/progress.ts";
import { report, unlistedPhotos } from "../store/sync.ts";
import { t } from "../words.ts";
import { Evidence } from "./Evidence.tsx";
import { WaysOut } from "./Reasons.tsx";
import { stepText } from "./step_words.ts";

/** A second tap this soon after the first is a tremble of a gloved thumb. */
const TREMBLE_MS = 900;

export function Steps({ job }: { job: FieldJob }) {
  const [open, setOpen] = useState(false);
  const [resting, setResting] = useState(false);
  const { primary, others, waysOut } = stepsOf(job);
  if (!primary && waysOut.length === 0) return null;
  const takeBack = mayTakeBack(job, now.value);
  const wanted = wantedPhoto(job, primary, unlistedPhotos.value);
  const goOn = (noPhoto?: NoPhotoReason) => {
    if (!primary) return;
    setResting(true);
    setTimeout(setResting, TREMBLE_MS, false);
    navigator.vibrate?.(40);
    report(primary, job.job_id, noPhoto && { noPhoto });
  };
  return (
    <footer class={wanted ? "steps with-photo" : "steps"}>
      <button type="button" class="button more" onClick={() => setOpen(true)}>
        {t("do.more")}
      </button>
      {takeBack && (
        <button type="button" class="button back" onClick={() => report("not_there", job.job_id)}>
          {stepText(job, "not_there")}
        </button>
      )}
      {primary && !wanted && (
        <button
          type="button"
          class={`button next ${primary}`}
          disabled={resting}
          onClick={() => goOn()}
        >
          {stepText(job, primary)}
        </button>
      )}
      {wanted && primary && <Evidence job={job} wanted={wanted} goOn={goOn} resting={resting} />}
      {open && (
        <WaysOut job={job} waysOut={waysOut} others={others} onClose={() => setOpen(false)} />
      )}
    </footer>
  );
}
