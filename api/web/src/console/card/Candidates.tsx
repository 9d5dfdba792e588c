/** Why this unit, and the next best: every unit weighed, those that cannot go with the reason. */

import { kindText, unitStateText } from "@roadflare/kit/common_words.ts";
import type { Candidate, Incident } from "@roadflare/kit/contract.ts";
import { minutesText, moneyText, secondsBetween, timeOfDay } from "@roadflare/kit/format.ts";
import { KindIcon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { said } from "@roadflare/kit/words.ts";
import { dragUnit } from "../queue/drag.ts";
import { assign, overrule } from "../store/actions.ts";
import { candidatesFault, candidatesOf, detailFault, reloadDetail } from "../store/detail.ts";
import { pointedUnitId } from "../store/selection.ts";
import { alarms, unitById } from "../store/world.ts";
import { t } from "../words.ts";
import { divertedText } from "./diverted.ts";
import { HelperRow, SilentHelpers } from "./Helper.tsx";
import { reasonText } from "./reasons.ts";

const KEYS = 9;

function Arrival({ candidate, incident }: { candidate: Candidate; incident: Incident }) {
  if (!candidate.arrival_at) return null;
  const lateS = secondsBetween(incident.target_at, candidate.arrival_at);
  return (
    <span class={`arrival ${candidate.on_time ? "on-time" : "too-late"}`}>
      <b>{timeOfDay(candidate.arrival_at)}</b>
      <small>
        {candidate.on_time ? t("why.onTime") : t("why.tooLate", { minutes: minutesText(lateS) })}
      </small>
    </span>
  );
}

/** Whose it is now, who would wait longer, and what happens if it is taken from where it goes. */
function Effects({ candidate }: { candidate: Candidate }) {
  const { diversion, effects, locked_to: lockedTo, unit_id: unitId } = candidate;
  const job = unitById.value.get(unitId)?.job;
  const number = job?.incident_number ?? t("divert.visit");
  const said = effects.map((effect) =>
    t("why.delays", {
      number: effect.incident_number,
      minutes: minutesText(effect.delay_s),
    }),
  );
  if (diversion) {
    said.unshift(t(job?.state === "ordered" ? "why.ordered" : "why.elsewhere", { number }));
    said.push(t("why.diverted", { time: timeOfDay(diversion.arrival_at) }));
    said.push(...diversion.others.map((one) => divertedText(one, number)));
  }
  if (lockedTo) said.unshift(t("why.liftsLock", { unit: lockedTo }));
  return said.length > 0 ? (
    <span class="candidate-effects">
      <Sentence text={said.join(" · ")} />
    </span>
  ) : null;
}

interface RowProps {
  candidate: Candidate;
  incident: Incident;
  place: number;
}

function CandidateRow({ candidate, incident, place }: RowProps) {
  const byHand = incident.job?.lock === "unit";
  const point = () => {
    pointedUnitId.value = candidate.unit_id;
  };
  return (
    <li>
      <button
        type="button"
        class={`candidate ${candidate.chosen ? "chosen" : ""} ${candidate.diversion ? "elsewhere" : ""}`}
        aria-label={t("why.assign", { unit: candidate.unit_code, number: incident.number })}
        onClick={() => void assign(incident.id, candidate.unit_id)}
        onPointerEnter={point}
        onFocus={point}
        onPointerLeave={() => {
          pointedUnitId.value = null;
        }}
        {...dragUnit(candidate.unit_id)}
      >
        {place <= KEYS ? <kbd>{place}</kbd> : <span class="no-key" />}
        <span class={`unit-symbol ${candidate.state}`}>
          <KindIcon kind={candidate.kind} size={15} />
        </span>
        <span class="candidate-who">
          <b>{candidate.unit_code}</b> <span class="muted">{unitStateText(candidate.state)}</span>
          {candidate.chosen && (
            <span class="mark chosen">{byHand ? t("why.byHand") : t("why.chosen")}</span>
          )}
        </span>
        <span class="candidate-cost">
          {candidate.extra_cost_cny !== null &&
            t("why.extra", { money: moneyText(candidate.extra_cost_cny) })}
        </span>
        <Arrival candidate={candidate} incident={incident} />
        <Effects candidate={candidate} />
      </button>
    </li>
  );
}

/** The rule that a dispatcher's hand overrules. */
const DECLINED = "declined";

interface ForbiddenProps {
  candidates: Candidate[];
  incident: Incident;
}

function Forbidden({ candidates, incident }: ForbiddenProps) {
  return (
    <details class="forbidden">
      <summary>{t("why.cannotN", { n: candidates.length })}</summary>
      <ul>
        {candidates.map((candidate) => (
          <li key={candidate.unit_id}>
            <b>{candidate.unit_code}</b> <span class="muted">{kindText(candidate.kind)}</span>
            <span>{candidate.forbidden && <Sentence text={said(candidate.forbidden.text)} />}</span>
            {candidate.forbidden?.rule === DECLINED && (
              <button
                type="button"
                class="button small"
                aria-label={t("why.overruleThis", { unit: candidate.unit_code })}
                onClick={() => void overrule(incident, candidate.unit_id)}
              >
                {t("why.overrule")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Unweighed() {
  const fault = candidatesFault.value ?? detailFault.value;
  return (
    <section class="why">
      <h3>{t("why.title")}</h3>
      {fault ? (
        <div role="alert">
          <p class="text-at-risk">{t("why.failed")}</p>
          <p class="muted">{fault}</p>
          <button type="button" class="button small" onClick={reloadDetail}>
            {t("queue.again")}
          </button>
        </div>
      ) : (
        <p class="muted" role="status">
          {t("why.loading")}
        </p>
      )}
    </section>
  );
}

/** Nobody can go, not even a contractor, before the job has been made anew. */
const isDamaged = (id: number) =>
  alarms.value.some((one) => one.incident_id === id && one.kind === "data_damaged");

export function Candidates({ incident }: { incident: Incident }) {
  const list = candidatesOf(incident.id);
  if (!list) return <Unweighed />;
  const able = list.items.filter((candidate) => !candidate.forbidden);
  const unable = list.items.filter((candidate) => candidate.forbidden);
  const helper = list.contractor;
  const helps =
    helper && (helper.asked || helper.extra_cost_cny < (able[0]?.extra_cost_cny ?? Infinity));
  const chosen = able.find((candidate) => candidate.chosen);
  const reason = chosen ? reasonText(chosen) : "";
  return (
    <section class="why">
      <h3>{t("why.title")}</h3>
      {chosen && reason && (
        <p class="why-reason muted">
          <Sentence text={t("why.reason", { unit: chosen.unit_code, terms: reason })} />
        </p>
      )}
      {candidatesFault.value && (
        <p class="text-at-risk" role="status">
          {t("why.failed")} {candidatesFault.value}
        </p>
      )}
      {able.length === 0 && (
        <p class="notice">{t(isDamaged(incident.id) ? "why.damaged" : "why.none")}</p>
      )}
      {helper && helps && <HelperRow helper={helper} incident={incident} />}
      <ol class="candidates">
        {able.slice(0, 12).map((candidate, index) => (
          <CandidateRow
            key={candidate.unit_id}
            candidate={candidate}
            incident={incident}
            place={index + 1}
          />
        ))}
      </ol>
      {helper && !helps && <HelperRow helper={helper} incident={incident} />}
      <SilentHelpers silent={list.silent} />
      {unable.length > 0 && <Forbidden candidates={unable} incident={incident} />}
    </section>
  );
}
