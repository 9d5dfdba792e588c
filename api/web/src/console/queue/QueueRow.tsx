/** One open incident in the queue. */

import { faultText } from "@roadflare/kit/common_words.ts";
import type { Incident } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { FaultIcon, Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { SURE } from "../card/Facts.tsx";
import { selectedIncidentId, selectIncident } from "../store/selection.ts";
import { t } from "../words.ts";
import { readPromise } from "./clock_text.ts";
import { draggedUnitId, dropOn } from "./drag.ts";
import { helperOf, nobodyText } from "./helper.ts";
import { isServed, stageOf } from "./order.ts";
import { RiskMark } from "./RiskMark.tsx";

function Clock({ incident }: { incident: Incident }) {
  const reading = readPromise(incident, now.value);
  return (
    <span class={`row-clock ${isServed(incident) ? "served" : incident.risk}`}>
      <b>{reading.text}</b>
      <small>{reading.word}</small>
    </span>
  );
}

function Marks({ incident }: { incident: Incident }) {
  if (isServed(incident)) return null;
  if (incident.safe_place === false) {
    return (
      <span class="mark unsafe">
        <Icon name="warning" size={13} />
        {t("mark.unsafe")}
      </span>
    );
  }
  const { priority } = incident.triage;
  return priority >= 1 ? <span class="mark">{t("mark.priority", { n: priority })}</span> : null;
}

function UnitAndEta({ incident }: { incident: Incident }) {
  const { job } = incident;
  const stage = stageOf(incident);
  const helper = helperOf(incident);
  const who = job?.unit_code ?? helper?.name;
  const eta = job?.unit_code ? incident.eta_at : (helper?.eta_at ?? incident.eta_at);
  return (
    <span class="row-unit">
      <b class={`stage ${stage}`}>{t(`stage.${stage}`)}</b>
      {who ? (
        <span class="unit-code">{who}</span>
      ) : (
        <span class="muted">{nobodyText(incident)}</span>
      )}
      {who && eta && !isServed(incident) && <span>{t("row.eta", { time: timeOfDay(eta) })}</span>}
      <Marks incident={incident} />
    </span>
  );
}

export function QueueRow({ incident }: { incident: Incident }) {
  const selected = selectedIncidentId.value === incident.id;
  const served = isServed(incident);
  const classes = ["row", served ? "served" : incident.risk];
  if (selected) classes.push("selected");
  const { location } = incident;
  const sure = location.confidence >= SURE;
  if (draggedUnitId.value !== null) classes.push("droppable");
  return (
    <li>
      <button
        type="button"
        class={classes.join(" ")}
        aria-current={selected}
        data-incident={incident.id}
        onClick={() => selectIncident(incident.id)}
        {...dropOn(incident.id)}
      >
        <RiskMark risk={incident.risk} />
        <span class="row-head">
          <span class="row-number">{incident.number}</span>
          <FaultIcon fault={incident.fault} size={16} />
          <span class="row-fault">{faultText(incident.fault)}</span>
        </span>
        <span class={sure ? "row-place" : "row-place unsure"} title={placeText(location.text)}>
          {!sure && <Icon name="warning" size={13} />}
          {placeText(location.text)}
        </span>
        <UnitAndEta incident={incident} />
        <Clock incident={incident} />
        <span class="visually-hidden">{t(`risk.${incident.risk}`)}</span>
      </button>
    </li>
  );
}
