/** Everything about the selected incident. */

import { jobStateText, offerStateText } from "@roadflare/kit/common_words.ts";
import type { Incident } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { helperOf, nobodyText } from "../queue/helper.ts";
import { stageOf } from "../queue/order.ts";
import { AlarmLine } from "../shell/AlarmLine.tsx";
import { setSafePlace } from "../store/actions.ts";
import { detailFault, detailOf, reloadDetail } from "../store/detail.ts";
import {
  correctingPlace,
  openUnitCard,
  selectedIncident,
  selectIncident,
} from "../store/selection.ts";
import { alarms, incidentById, mayDispatch } from "../store/world.ts";
import { t } from "../words.ts";
import { Actions, lockText } from "./Actions.tsx";
import { Candidates } from "./Candidates.tsx";
import { CardHead, ShowOnMap } from "./CardHead.tsx";
import { CorrectPlace } from "./CorrectPlace.tsx";
import { Facts, SafetyLine } from "./Facts.tsx";
import { OwnerLink } from "./OwnerLink.tsx";
import { Photos } from "./Photos.tsx";
import { PromiseClock } from "./PromiseClock.tsx";
import { Refusals, Timeline } from "./Timeline.tsx";

function JobLine({ incident }: { incident: Incident }) {
  const { job, contractor } = incident;
  const helper = helperOf(incident);
  if (incident.state === "closed" && !job?.unit_id && !contractor) return null; // nobody is to come
  return (
    <section class="job-line">
      <h3>{t("job.unit")}</h3>
      <p class="with-icon">
        {job?.unit_id ? (
          <button type="button" class="button small" onClick={() => openUnitCard(job.unit_id)}>
            {job.unit_code}
          </button>
        ) : (
          <b>{helper?.name ?? nobodyText(incident)}</b>
        )}
        <span>
          {helper && !job?.unit_id
            ? offerStateText(helper.state)
            : job?.unit_id && jobStateText(job.state)}
        </span>
        {job && incident.state !== "closed" && <span class="muted">{lockText(incident)}</span>}
      </p>
      {contractor && (
        <p class="muted">
          {t("mark.contractor")}: {contractor.name} · {offerStateText(contractor.state)}
          {contractor.state === "accepted" &&
            contractor.eta_at &&
            ` · ${t("why.arrives", { time: timeOfDay(contractor.eta_at) })}`}
          {contractor.first_eta_at &&
            ` (${t("job.firstSaid", { time: timeOfDay(contractor.first_eta_at) })})`}
          {contractor.state === "offered" &&
            contractor.needed_by_at &&
            ` · ${t("why.neededBy", { time: timeOfDay(contractor.needed_by_at) })}`}
        </p>
      )}
    </section>
  );
}

/** What an incident of which nothing else is known is called. */
const numberOf = (id: number) => `R-${String(id).padStart(4, "0")}`;

/** Which incident this one was joined with. */
function GoesOn({ id }: { id: number }) {
  const number = incidentById.value.get(id)?.number ?? numberOf(id);
  return (
    <p class="safety">
      <span>
        <Sentence text={t("card.joined", { number })} />
      </span>
      <button type="button" class="button small" onClick={() => selectIncident(id)}>
        {number}
      </button>
    </p>
  );
}

/** What no plan mends about it, until somebody takes note of it or it is over. */
function OwnAlarms({ id }: { id: number }) {
  const own = alarms.value.filter((alarm) => alarm.incident_id === id);
  if (own.length === 0) return null;
  return (
    <ul class="alarm-lines">
      {own.map((alarm) => (
        <AlarmLine key={alarm.id} alarm={alarm} />
      ))}
    </ul>
  );
}

/** A link, or somebody's number, that leads to nothing seen yet: why, and the way back. */
function Unseen({ number }: { number: string }) {
  const fault = detailFault.value;
  return (
    <article class="card" aria-label={number}>
      <CardHead title={number} close={() => selectIncident(null)} />
      <div class="notice" role={fault ? "alert" : "status"}>
        <p>{fault ?? t("card.loading")}</p>
        {fault && (
          <button type="button" class="button small" onClick={reloadDetail}>
            {t("queue.again")}
          </button>
        )}
      </div>
    </article>
  );
}

export function IncidentCard({ id }: { id: number }) {
  const detail = detailOf(id);
  // The queue's row is fresher than the detail; the detail alone knows the history.
  const incident = selectedIncident.value ?? detail;
  if (!incident) {
    return <Unseen number={numberOf(id)} />;
  }
  return (
    <article class="card" aria-label={incident.number}>
      <CardHead title={incident.number} close={() => selectIncident(null)}>
        <b class={`stage ${stageOf(incident)}`}>{t(`stage.${stageOf(incident)}`)}</b>
        <ShowOnMap at={[incident.location.lon, incident.location.lat]} />
      </CardHead>
      <div class="scroll">
        {incident.merged_into !== null && <GoesOn id={incident.merged_into} />}
        <PromiseClock incident={incident} />
        <OwnAlarms id={incident.id} />
        {incident.state !== "closed" && <SafetyLine safe={incident.safe_place} />}
        {incident.state !== "closed" && detail?.timeline && <Refusals entries={detail.timeline} />}
        <Actions incident={incident} />
        {correctingPlace.value && incident.state !== "closed" && (
          <CorrectPlace incident={incident} />
        )}
        {mayDispatch.value && incident.state !== "closed" && !incident.arrived_at && (
          <Candidates incident={incident} />
        )}
        <JobLine incident={incident} />
        <Facts incident={incident} others={detail?.other_callers} rating={detail?.rating ?? null} />
        {detail?.photos && (
          <Photos
            of={`/incidents/${id}`}
            photos={detail.photos}
            missing={detail.missing_photos ?? []}
          />
        )}
        {incident.safe_place !== true && incident.state !== "closed" && (
          <button
            type="button"
            class="button small"
            onClick={() => void setSafePlace(incident, true)}
          >
            {t("act.safe")}
          </button>
        )}
        {incident.track_url && <OwnerLink url={incident.track_url} />}
        {detail?.timeline && <Timeline entries={detail.timeline} />}
      </div>
    </article>
  );
}
