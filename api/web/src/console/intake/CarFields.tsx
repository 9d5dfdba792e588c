/** The car and what is wrong with it. */

import { faultText } from "@roadflare/kit/common_words.ts";
import type { Fault } from "@roadflare/kit/contract.ts";
import type { InputFault } from "@roadflare/kit/http.ts";
import { FAULT_PATHS, FaultIcon } from "@roadflare/kit/icons.tsx";
import { KnownCar } from "../cars/KnownCar.tsx";
import { Faults, Field, faultsAt } from "../form/Field.tsx";
import { t } from "../words.ts";
import type { Draft } from "./draft.ts";

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: readonly InputFault[];
}

export function CarFields({ draft, change, faults }: Props) {
  // What is wrong with the car as a whole, "none is named"; its members show their own.
  const whole = faults.filter(({ field }) => field === "vehicle");
  return (
    <fieldset class={whole.length > 0 ? "group faulty" : "group"} data-path="vehicle">
      <legend>{t("new.car")}</legend>
      <Faults faults={whole} />
      <div class="field-row">
        <Field label={t("new.plate")} path="vehicle.plate" faults={faults}>
          <input
            value={draft.plate}
            maxLength={12}
            autocapitalize="characters"
            onInput={(event) => change({ plate: event.currentTarget.value.toUpperCase() })}
          />
        </Field>
        <Field label={t("new.model")} path="vehicle.model" faults={faults}>
          <input
            value={draft.model}
            maxLength={60}
            onInput={(event) => change({ model: event.currentTarget.value })}
          />
        </Field>
      </div>
      <div class="field-row">
        <Field label={t("new.vin")} path="vehicle.vin" faults={faults}>
          <input
            value={draft.vin}
            maxLength={17}
            autocapitalize="characters"
            onInput={(event) => change({ vin: event.currentTarget.value.toUpperCase() })}
          />
        </Field>
        <Field label={t("new.colour")} path="vehicle.colour" faults={faults}>
          <input
            value={draft.colour}
            maxLength={30}
            onInput={(event) => change({ colour: event.currentTarget.value })}
          />
        </Field>
      </div>
      <Field label={t("new.purchased")} path="vehicle.purchased_on" faults={faults}>
        <input
          type="date"
          value={draft.purchasedOn}
          onInput={(event) => change({ purchasedOn: event.currentTarget.value })}
        />
      </Field>
      <KnownCar draft={draft} change={change} />
    </fieldset>
  );
}

const DRIVABLE = [
  { value: true, text: () => t("new.yes") },
  { value: false, text: () => t("new.no") },
  { value: null, text: () => t("new.unknown") },
];

export function TroubleFields({ draft, change, faults }: Props) {
  return (
    <fieldset class="group">
      <legend>{t("new.fault")}</legend>
      <div class="fault-choice">
        {(Object.keys(FAULT_PATHS) as Fault[]).map((fault) => (
          <button
            type="button"
            class="chip"
            key={fault}
            aria-pressed={draft.fault === fault}
            onClick={() => change({ fault })}
          >
            <FaultIcon fault={fault} size={16} />
            {faultText(fault)}
          </button>
        ))}
      </div>
      <Faults faults={faultsAt(faults, "fault")} />
      <Field label={t("new.symptom")} path="symptom" faults={faults}>
        <input
          value={draft.symptom}
          maxLength={400}
          onInput={(event) => change({ symptom: event.currentTarget.value })}
        />
      </Field>
      <Field label={t("new.scenario")} path="scenario" faults={faults}>
        <input
          value={draft.scenario}
          maxLength={400}
          onInput={(event) => change({ scenario: event.currentTarget.value })}
        />
      </Field>
      <div class="field-row three">
        <Field label={t("new.drivable")} path="drivable" faults={faults}>
          <select
            value={String(draft.drivable)}
            onChange={(event) =>
              change({ drivable: JSON.parse(event.currentTarget.value) as boolean | null })
            }
          >
            {DRIVABLE.map(({ value, text }) => (
              <option value={String(value)} key={String(value)}>
                {text()}
              </option>
            ))}
          </select>
        </Field>
        <Field label={t("new.soc")} path="state_of_charge_pct" faults={faults}>
          <input
            value={draft.soc}
            inputMode="numeric"
            onInput={(event) => change({ soc: event.currentTarget.value.replace(/[^\d.]/g, "") })}
          />
        </Field>
        <Field label={t("new.people")} path="n_people" faults={faults}>
          <input
            value={draft.people}
            inputMode="numeric"
            onInput={(event) => change({ people: event.currentTarget.value.replace(/\D/g, "") })}
          />
        </Field>
      </div>
    </fieldset>
  );
}
