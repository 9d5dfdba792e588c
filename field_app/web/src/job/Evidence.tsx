/** A step that asks for a photo; one tap goes on without, and says why: nobody is held up. */

import type { FieldJob, NoPhotoReason } from "@roadflare/kit/contract.ts";
import { said } from "@roadflare/kit/words.ts";
import type { Wanted } from "../store/evidence.ts";
import { t } from "../words.ts";
import { TakePhoto } from "./TakePhoto.tsx";

const REASONS: readonly NoPhotoReason[] = ["unsafe", "dark", "camera"];

interface EvidenceProps {
  job: FieldJob;
  wanted: Wanted;
  goOn: (why: NoPhotoReason) => void;
  resting: boolean;
}

export function Evidence({ job, wanted, goOn, resting }: EvidenceProps) {
  return (
    <>
      <TakePhoto job={job} step={wanted.step} class="next">
        {t("photo.takeStep", { step: said(wanted.label) })}
      </TakePhoto>
      <fieldset class="without-photo">
        <legend>{t("photo.without")}</legend>
        {REASONS.map((why) => (
          <button
            type="button"
            class="button"
            key={why}
            disabled={resting}
            onClick={() => goOn(why)}
          >
            {t(`photo.${why}`)}
          </button>
        ))}
      </fieldset>
    </>
  );
}
