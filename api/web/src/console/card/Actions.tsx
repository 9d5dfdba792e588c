/** What can be done to the incident; each button shows its key. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { isLocked, release, setLock, takeBackArrival } from "../store/actions.ts";
import { correctingPlace } from "../store/selection.ts";
import { mayDispatch } from "../store/world.ts";
import { t } from "../words.ts";
import { ask, mayChangeEta, mayTakeBackArrival } from "./ask.ts";
import { mayCorrectPlace, mayNote } from "./correcting.ts";
import { mayMerge } from "./merging.ts";

const MOVABLE = new Set(["open", "ordered", "rolling"]);

export function lockText(incident: Incident): string {
  const lock = incident.job?.lock ?? "free";
  if (lock === "unit") return t("job.lockUnit");
  if (lock === "order") return t("job.lockOrder");
  return lock === "full" ? t("job.lockFull") : t("job.lockFree");
}

export function Actions({ incident }: { incident: Incident }) {
  const { job } = incident;
  if (incident.state === "closed") return null;
  const planned = Boolean(job?.unit_id) && MOVABLE.has(job?.state ?? "");
  const locked = isLocked(incident);
  const helping = ["offered", "accepted"].includes(incident.contractor?.state ?? "");
  return (
    <div class="actions">
      {mayDispatch.value && planned && job?.lock !== "full" && (
        <button
          type="button"
          class="button"
          onClick={() => void setLock(incident, locked ? "free" : "unit")}
        >
          <Icon name={locked ? "unlock" : "lock"} size={16} />
          {locked ? t("act.unlock") : t("act.lock")} <kbd>{locked ? "⇧L" : "L"}</kbd>
        </button>
      )}
      {mayDispatch.value && (planned || helping) && (
        <button type="button" class="button" onClick={() => void release(incident)}>
          {t("act.release")} <kbd>R</kbd>
        </button>
      )}
      {mayDispatch.value && mayTakeBackArrival(incident) && (
        <button type="button" class="button" onClick={() => void takeBackArrival(incident)}>
          {t("act.notThere")} <kbd>Z</kbd>
        </button>
      )}
      {mayDispatch.value && mayChangeEta(incident) && (
        <button type="button" class="button" onClick={() => ask("eta", incident)}>
          {t("act.eta")} <kbd>F</kbd>
        </button>
      )}
      {!incident.arrived_at && (
        <>
          {mayDispatch.value && (
            <button type="button" class="button" onClick={() => ask("contractor", incident)}>
              <Icon name="contractor" size={16} />
              {t("act.contractor")} <kbd>C</kbd>
            </button>
          )}
          <button type="button" class="button" onClick={() => ask("solve", incident)}>
            <Icon name="remote" size={16} />
            {t("act.solve")} <kbd>S</kbd>
          </button>
        </>
      )}
      {mayCorrectPlace(incident) && (
        <button
          type="button"
          class="button"
          aria-expanded={correctingPlace.value}
          onClick={() => {
            correctingPlace.value = !correctingPlace.value;
          }}
        >
          <Icon name="place" size={16} />
          {t("act.correct")} <kbd>E</kbd>
        </button>
      )}
      {mayNote(incident) && (
        <button type="button" class="button" onClick={() => ask("note", incident)}>
          {t("act.note")} <kbd>W</kbd>
        </button>
      )}
      {mayMerge(incident) && (
        <button type="button" class="button" onClick={() => ask("merge", incident)}>
          {t("act.merge")} <kbd>G</kbd>
        </button>
      )}
      <button type="button" class="button danger" onClick={() => ask("cancel", incident)}>
        {t("act.cancel")} <kbd>X</kbd>
      </button>
    </div>
  );
}
