/** Who, where, what car and what trouble. */

import { faultText } from "@roadflare/kit/common_words.ts";
import type { Incident } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { FaultIcon, Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { said } from "@roadflare/kit/words.ts";
import type { ComponentChildren } from "preact";
import { CarEvents } from "../cars/CarEvents.tsx";
import { useCarHistory } from "../cars/use_car_history.ts";
import { revealed } from "../store/actions.ts";
import { t } from "../words.ts";
import { ask } from "./ask.ts";
import { Rated } from "./Rated.tsx";

/** Below this the gazetteer may have found another place of the same name. */
export const SURE = 0.7;

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function PlaceFact({ location }: { location: Incident["location"] }) {
  const sure = location.confidence >= SURE;
  return (
    <Fact label={t("card.place")}>
      <span class={sure ? "" : "text-at-risk"}>{placeText(location.text)}</span>{" "}
      <span class={`confidence ${sure ? "sure" : "unsure"}`}>
        {!sure && <Icon name="warning" size={13} />}
        {sure ? t("card.sure") : t("card.unsure")} · {Math.round(location.confidence * 100)} %
      </span>
      {location.note && <p class="muted">{location.note}</p>}
    </Fact>
  );
}

function TroubleFact({ incident }: { incident: Incident }) {
  const { drivable, state_of_charge_pct: soc } = incident;
  const extras = [
    soc !== null && t("card.soc", { n: soc }),
    drivable !== null && (drivable ? t("card.drivable") : t("card.notDrivable")),
  ].filter(Boolean);
  return (
    <Fact label={t("card.trouble")}>
      <span class="with-icon">
        <FaultIcon fault={incident.fault} size={16} />
        <b>{faultText(incident.fault)}</b>
        {extras.length > 0 && <span class="muted">{extras.join(" · ")}</span>}
      </span>
      {[incident.scenario, incident.symptom, incident.effect]
        .filter((line) => line)
        .map((line) => (
          <p key={line}>{line}</p>
        ))}
      {incident.note && <p class="muted">{incident.note}</p>}
    </Fact>
  );
}

function CarFact({ vehicle }: Pick<Incident, "vehicle">) {
  const line = [vehicle.model, vehicle.colour].filter(Boolean).join(" · ");
  return (
    <Fact label={t("card.car")}>
      {vehicle.plate && <span class="plate">{vehicle.plate}</span>} {line}
      {vehicle.vin && <p class="muted vin">{vehicle.vin}</p>}
    </Fact>
  );
}

/** What else is known of the car. */
function BeforeFact({ incident }: { incident: Incident }) {
  const { plate, vin } = incident.vehicle;
  const { history } = useCarHistory(plate, vin);
  const others = history?.incidents.filter(({ id }) => id !== incident.id) ?? [];
  if (!history || others.length + history.visits.length === 0) return null;
  return (
    <Fact label={t("card.before")}>
      <CarEvents history={{ ...history, incidents: others }} />
    </Fact>
  );
}

/** Who called about the same car from another number. */
function Others({ numbers, whole }: { numbers: Incident["other_callers"]; whole: boolean }) {
  return (numbers ?? []).map(({ name, phone }) => (
    <p key={phone}>
      <span class="muted">{t("card.alsoCalled")}</span> {name}{" "}
      {whole ? <Telephone number={phone} /> : <span class="phone">{phone}</span>}
    </p>
  ));
}

const Telephone = ({ number }: { number: string }) => (
  <a class="phone" href={`tel:${number}`}>
    {number}
  </a>
);

/** Masked until somebody needs it to call back; who looked, and why, is kept. */
function Phone({ incident }: { incident: Incident }) {
  const shown = revealed.value?.incidentId === incident.id ? revealed.value : null;
  if (shown) return <Telephone number={shown.phone} />;
  return (
    <>
      <span class="phone">{incident.caller.phone}</span>{" "}
      <button type="button" class="button small" onClick={() => ask("reveal", incident)}>
        <Icon name="phone" size={14} />
        {t("card.reveal")} <kbd>P</kbd>
      </button>
    </>
  );
}

export function SafetyLine({ safe }: { safe: boolean | null }) {
  if (safe === true) return null;
  return (
    <p class={safe === false ? "safety danger" : "safety"}>
      <Icon name="warning" size={18} />
      {safe === false ? t("card.unsafe") : t("card.askSafe")}
    </p>
  );
}

interface FactsProps {
  incident: Incident;
  /** Who else called; known of an incident that was fetched alone. */
  others: Incident["other_callers"];
  /** What the owner thought of it; likewise. */
  rating: Incident["rating"];
}

export function Facts({ incident, others, rating }: FactsProps) {
  const { caller, entitlement, triage } = incident;
  const shown = revealed.value?.incidentId === incident.id ? revealed.value.others : null;
  const options = triage.options.map((option) => said(option.label)).join(" / ");
  return (
    <dl class="facts">
      {rating && (
        <Fact label={t("card.rating")}>
          <Rated rating={rating} />
        </Fact>
      )}
      <PlaceFact location={incident.location} />
      <TroubleFact incident={incident} />
      <CarFact vehicle={incident.vehicle} />
      <BeforeFact incident={incident} />
      <Fact label={t("card.caller")}>
        {caller.name} <Phone incident={incident} />
        {incident.n_people !== null && (
          <span class="muted"> · {t("card.people", { n: incident.n_people })}</span>
        )}
        <Others numbers={shown ?? others} whole={shown !== null} />
        <p class="muted">
          {t("card.received", {
            time: timeOfDay(incident.received_at),
            channel: t(`channel.${incident.channel}`),
          })}
          {incident.n_calls > 1 && ` · ${t("mark.calls", { n: incident.n_calls })}`}
          {incident.case_ref && ` · ${t("card.case", { ref: incident.case_ref })}`}
        </p>
      </Fact>
      <Fact label={t("card.entitlement")}>
        <span class={entitlement.free ? "text-normal" : ""}>{said(entitlement.reason)}</span>
        {options && <p class="muted">{t("card.triage", { n: triage.priority, options })}</p>}
      </Fact>
      {incident.warnings.length > 0 && (
        <Fact label={t("card.check")}>
          {incident.warnings.map((warning) => (
            <p class="text-at-risk" key={warning.code}>
              {said(warning.text)}
            </p>
          ))}
        </Fact>
      )}
    </dl>
  );
}
