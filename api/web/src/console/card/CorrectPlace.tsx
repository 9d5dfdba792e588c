/** Another place for the car of an incident, filled in within its card. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { useEffect, useState } from "preact/hooks";
import { Faults } from "../form/Field.tsx";
import { useKeeping } from "../form/use_keeping.ts";
import { useSending } from "../form/use_sending.ts";
import { PlaceField } from "../intake/PlaceField.tsx";
import { useDraft } from "../intake/use_draft.ts";
import { useFocusBack } from "../shell/use_focus_back.ts";
import { correctPlace } from "../store/actions.ts";
import { placeDraftsOf } from "../store/drafts.ts";
import { correctingPlace, selectedIncidentId } from "../store/selection.ts";
import { t } from "../words.ts";
import { correctionOf } from "./correcting.ts";

const SHOWN_PATHS = /^(location|location_note)(\.|$)/;

const close = () => {
  correctingPlace.value = false;
};

export function CorrectPlace({ incident }: { incident: Incident }) {
  const [drafts] = useState(() => placeDraftsOf(incident));
  const { draft, change } = useDraft(drafts.place, true);
  const title = () => `${t("act.correct")} (${incident.number})`;
  const keeping = useKeeping(drafts, title, "E");
  const correction = correctionOf(draft, drafts.offered);
  const { faults, saving, form, send } = useSending<Incident>(
    (body, key) => correctPlace(incident, body, key),
    () => correction,
    [draft],
    ({ id }) => {
      drafts.clear();
      if (selectedIncidentId.value === id) close();
    },
    drafts.sent,
  );
  useFocusBack(form, "form");
  useEffect(() => {
    form.current?.querySelector<HTMLElement>(".chip")?.focus();
    return close; // also where the incident was closed meanwhile: its keys are to work again
  }, []);
  return (
    <form
      class="correct-place"
      aria-label={title()}
      ref={form}
      onSubmit={(event) => void send(event)}
      novalidate
    >
      {keeping.continued && (
        <p class="muted" role="status">
          {t("form.continued")}
        </p>
      )}
      <PlaceField draft={draft} change={change} faults={faults} />
      <Faults faults={faults.filter(({ field }) => !SHOWN_PATHS.test(field))} />
      <div class="ask-buttons">
        {keeping.discard && (
          <button type="button" class="button" onClick={keeping.discard}>
            {t("new.discard")}
          </button>
        )}
        <button type="button" class="button" onClick={close}>
          {t("ask.no")} <kbd>Esc</kbd>
        </button>
        <button
          type="submit"
          class="button primary"
          disabled={saving || Object.keys(correction).length === 0}
        >
          {saving ? t("new.saving") : t("act.correctSave")} <kbd>↵</kbd>
        </button>
      </div>
    </form>
  );
}
