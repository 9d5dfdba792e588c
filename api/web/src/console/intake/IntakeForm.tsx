/** Taking a call, in the order of the conversation: safe? call-back number, place, car, fault. */

import type { Channel, Incident } from "@roadflare/kit/contract.ts";
import type { InputFault } from "@roadflare/kit/http.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { useEffect, useRef, useState } from "preact/hooks";
import { Field } from "../form/Field.tsx";
import { FormCard } from "../form/FormCard.tsx";
import { useKeeping } from "../form/use_keeping.ts";
import { useSending } from "../form/use_sending.ts";
import { callDrafts } from "../store/drafts.ts";
import { takingCall } from "../store/selection.ts";
import { say } from "../store/toasts.ts";
import { refreshSoon } from "../store/world.ts";
import { t } from "../words.ts";
import { CallerFields } from "./CallerFields.tsx";
import { CarFields, TroubleFields } from "./CarFields.tsx";
import { type Draft, hasPlace, incidentOf } from "./draft.ts";
import { PlaceField } from "./PlaceField.tsx";
import { Promised, promiseOf } from "./Promised.tsx";
import { useDraft } from "./use_draft.ts";

const CHANNELS: Channel[] = ["phone", "app", "wechat", "chat", "ecall", "store"];
const SHOWN_PATHS =
  /^(caller\.phone|caller\.name|location|location_note|vehicle|fault|symptom|scenario|drivable|state_of_charge_pct|n_people|safe_place)/;

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
  const [saved, setSaved] = useState<Incident | null>(null);
  const { draft, change } = useDraft(callDrafts.place, saved === null);
  const keeping = useKeeping(callDrafts, () => t("new.title"), "N");
  const sending = useSending<Incident>(
    "/incidents",
    () => incidentOf(draft),
    [draft],
    (incident) => {
      callDrafts.clear();
      setSaved(incident);
      refreshSoon();
      if (!takingCall.value) say(promiseOf(incident)); // answered after the form was left
    },
    callDrafts.sent,
  );
  const again = () => {
    sending.restart();
    setSaved(null);
  };
  const parts = { draft, change, faults: sending.faults };
  return (
    <FormCard
      title={t("new.title")}
      close={() => {
        takingCall.value = false;
      }}
      keeping={keeping}
      sending={sending}
      shown={SHOWN_PATHS}
      ready={hasPlace(draft) && draft.phone.trim() !== ""}
      save={t("new.save")}
      taken={saved && <Promised incident={saved} again={again} />}
    >
      <Safety {...parts} />
      <CallerFields {...parts} />
      <PlaceField {...parts} />
      <CarFields {...parts} />
      <TroubleFields {...parts} />
      <ChannelField {...parts} />
    </FormCard>
  );
}
