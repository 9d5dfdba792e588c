/** Taking a call, in the order of the conversation: safe? call-back number, place, car, fault. */

import type { Channel, Incident } from "@roadflare/kit/contract.ts";
import { type InputFault, ProblemError } from "@roadflare/kit/http.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { uniqueId } from "@roadflare/kit/unique.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { pickedPlace, picking } from "../map/view.ts";
import { takingCall } from "../store/selection.ts";
import { call } from "../store/session.ts";
import { sayProblem } from "../store/toasts.ts";
import { refreshSoon } from "../store/world.ts";
import { t } from "../words.ts";
import { CallerFields } from "./CallerFields.tsx";
import { CarFields, TroubleFields } from "./CarFields.tsx";
import { type Draft, hasPlace, incidentOf } from "./draft.ts";
import { Faults, Field } from "./Field.tsx";
import { PlaceField } from "./PlaceField.tsx";
import { Promised } from "./Promised.tsx";
import { useDraft } from "./use_draft.ts";

const CHANNELS: Channel[] = ["phone", "app", "wechat", "chat", "ecall", "store"];
const SHOWN_PATHS =
  /^(caller\.phone|caller\.name|location|location_note|vehicle\.|fault|symptom|scenario|drivable|state_of_charge_pct|n_people|safe_place)/;

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: readonly InputFault[];
}

function Safety({ draft, change }: PartProps) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <fieldset class="group safety-question">
      <legend>{t("new.safe")}</legend>
      <div class="field-row">
        <button
          type="button"
          ref={first}
          class="button choice safe"
          aria-pressed={draft.safe === true}
          onClick={() => change({ safe: true })}
        >
          <Icon name="check" size={18} />
          {t("new.safeYes")}
        </button>
        <button
          type="button"
          class="button choice unsafe"
          aria-pressed={draft.safe === false}
          onClick={() => change({ safe: false })}
        >
          <Icon name="warning" size={18} />
          {t("new.safeNo")}
        </button>
      </div>
      {draft.safe === false && (
        <p class="safety danger" role="alert">
          <Icon name="warning" size={18} />
          {t("new.safeAdvice")}
        </p>
      )}
    </fieldset>
  );
}

function ChannelField({ draft, change, faults }: PartProps) {
  return (
    <Field label={t("new.channel")} path="channel" faults={faults}>
      <select
        value={draft.channel}
        onChange={(event) => change({ channel: event.currentTarget.value as Channel })}
      >
        {CHANNELS.map((channel) => (
          <option value={channel} key={channel}>
            {t(`channel.${channel}`)}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function IntakeForm() {
  const { draft, change, reset } = useDraft();
  const [faults, setFaults] = useState<readonly InputFault[]>([]);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState<Incident | null>(null);
  // One key for one call: pressing twice, or a retry after a lost answer, creates one incident.
  const key = useRef(uniqueId());
  const form = useRef<HTMLFormElement>(null);

  const again = () => {
    key.current = uniqueId();
    pickedPlace.value = null;
    reset();
    setFaults([]);
    setSaved(null);
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const body = incidentOf(draft);
      setSaved(await call<Incident>("/incidents", { body, idempotencyKey: key.current }));
      picking.value = false;
      refreshSoon();
    } catch (error) {
      if (error instanceof ProblemError && error.faults.length > 0) {
        setFaults(error.faults);
        // A corrected body is another request.
        key.current = uniqueId();
        setTimeout(() => form.current?.querySelector<HTMLElement>(".faulty input")?.focus());
      } else sayProblem(error);
    } finally {
      setSaving(false);
    }
  };
  const parts = { draft, change, faults };
  return (
    <article class="card intake" aria-label={t("new.title")}>
      <header class="card-head">
        <h2>{t("new.title")}</h2>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("new.discard")}
          onClick={() => {
            takingCall.value = false;
          }}
        >
          <Icon name="close" size={18} />
        </button>
      </header>
      {saved ? (
        <Promised incident={saved} again={again} />
      ) : (
        <form ref={form} onSubmit={(event) => void save(event)} novalidate>
          <div class="scroll">
            <Safety {...parts} />
            <CallerFields {...parts} />
            <PlaceField {...parts} />
            <CarFields {...parts} />
            <TroubleFields {...parts} />
            <ChannelField {...parts} />
            <Faults faults={faults.filter(({ field }) => !SHOWN_PATHS.test(field))} />
          </div>
          <footer class="intake-save">
            {faults.length > 0 && (
              <span class="text-breached" role="alert">
                {t("new.faults", { n: faults.length })}
              </span>
            )}
            <button
              type="submit"
              class="button primary"
              disabled={saving || !hasPlace(draft) || draft.phone.trim() === ""}
            >
              {saving ? t("new.saving") : t("new.save")} <kbd>↵</kbd>
            </button>
          </footer>
        </form>
      )}
    </article>
  );
}
