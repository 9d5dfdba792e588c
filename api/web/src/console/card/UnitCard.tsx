/** One unit: what it is, what it does, what comes next; and sending it to the selected incident. */

import { jobStateText, kindText, unitStateText } from "@roadflare/kit/common_words.ts";
import type { Unit } from "@roadflare/kit/contract.ts";
import { ageText, secondsBetween, timeOfDay } from "@roadflare/kit/format.ts";
import { KindIcon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
import { dragUnit } from "../queue/drag.ts";
import { skillText } from "../skills.ts";
import { assign } from "../store/actions.ts";
import { openUnitCard, selectedIncident, selectIncident } from "../store/selection.ts";
import { mayDispatch } from "../store/world.ts";
import { t } from "../words.ts";
import { CardHead, ShowOnMap } from "./CardHead.tsx";

function Doing({ unit }: { unit: Unit }) {
  const { job } = unit;
  return (
    <>
      <dt>{t("unit.job")}</dt>
      <dd>
        {job ? (
          <>
            <button
              type="button"
              class="button small"
              onClick={() => job.incident_id !== null && selectIncident(job.incident_id)}
            >
              {job.incident_number}
            </button>{" "}
            {jobStateText(job.state)}
            {job.eta_at && ` · ${t("card.eta", { time: timeOfDay(job.eta_at) })}`}
          </>
        ) : (
          <span class="muted">{t("unit.noJob")}</span>
        )}
      </dd>
      {unit.next.length > 0 && (
        <>
          <dt>{t("unit.next")}</dt>
          <dd>
            {unit.next.map((stop) => (
              <p key={stop.incident_number}>
                {stop.incident_number}
                {stop.planned_arrival_at && ` · ${timeOfDay(stop.planned_arrival_at)}`}
              </p>
            ))}
          </dd>
        </>
      )}
    </>
  );
}

function SendIt({ unit }: { unit: Unit }) {
  const incident = selectedIncident.value;
  if (!incident) return <p class="muted">{t("unit.assignHint")}</p>;
  return (
    <button type="button" class="button primary" onClick={() => void assign(incident.id, unit.id)}>
      {t("unit.assign", { number: incident.number })} <kbd>A</kbd>
    </button>
  );
}

function DragMark({ unit }: { unit: Unit }) {
  return (
    <span class={`unit-symbol large ${unit.state}`} {...dragUnit(unit.id)} title={t("units.drag")}>
      <KindIcon kind={unit.kind} size={20} />
    </span>
  );
}

export function UnitCard({ unit }: { unit: Unit }) {
  const { lon, lat } = unit;
  const ageS = unit.position_at ? Math.max(0, secondsBetween(unit.position_at, now.value)) : 0;
  return (
    <article class="card" aria-label={unit.code}>
      <CardHead title={unit.code} close={() => openUnitCard(null)} mark={<DragMark unit={unit} />}>
        <b class={`unit-state ${unit.state}`}>{unitStateText(unit.state)}</b>
        {lon !== null && lat !== null && <ShowOnMap at={[lon, lat]} />}
      </CardHead>
      <div class="scroll">
        <p>
          {kindText(unit.kind)}
          {unit.ownership === "contractor" && ` · ${t("unit.contractor")}`}
        </p>
        {mayDispatch.value && <SendIt unit={unit} />}
        <dl class="facts">
          <Doing unit={unit} />
          <dt>{t("unit.crew")}</dt>
          <dd>
            {unit.name}
            {unit.shift_end_at && (
              <p class="muted">{t("unit.shift", { time: timeOfDay(unit.shift_end_at) })}</p>
            )}
          </dd>
          <dt>{t("unit.has")}</dt>
          <dd class="tags">
            {unit.has.map((name) => (
              <span class="tag" key={name}>
                {skillText(name)}
              </span>
            ))}
            {unit.kwh > 0 && <span class="tag">{t("unit.kwh", { n: Math.round(unit.kwh) })}</span>}
          </dd>
        </dl>
        <p class="muted">
          {lon === null ? t("unit.noPosition") : t("unit.seen", { age: ageText(ageS) })}
        </p>
      </div>
    </article>
  );
}
