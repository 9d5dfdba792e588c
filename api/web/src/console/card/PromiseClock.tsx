/** The promise as a ring that empties, with the same in figures and words. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { minutesText, secondsBetween, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { said } from "@roadflare/kit/words.ts";
import { readPromise } from "../queue/clock_text.ts";
import { nobodyText } from "../queue/helper.ts";
import { RiskMark } from "../queue/RiskMark.tsx";
import { t } from "../words.ts";

const RADIUS = 34;
const AROUND = 2 * Math.PI * RADIUS;

function Expectation({ incident }: { incident: Incident }) {
  if (incident.arrived_at) {
    return <p>{t("card.arrivedAt", { time: timeOfDay(incident.arrived_at) })}</p>;
  }
  if (incident.contractor?.state === "offered" && !incident.eta_at) {
    return <p>{nobodyText(incident)}</p>;
  }
  if (!incident.eta_at) return <p>{t("card.noEta")}</p>;
  const slack = secondsBetween(incident.eta_at, incident.target_at);
  const minutes = minutesText(slack);
  return (
    <>
      <p>
        {incident.eta_range
          ? t("card.etaRange", { range: timeRange(incident.eta_range) })
          : t("card.eta", { time: timeOfDay(incident.eta_at) })}
      </p>
      <p class={slack < 0 ? "text-breached" : "muted"}>
        {slack < 0 ? t("card.tight", { minutes }) : t("card.slack", { minutes })}
      </p>
    </>
  );
}

/** How one ended that nobody came to: no clock runs for it any more. */
function Ended({ incident: { outcome, closed_at } }: { incident: Incident }) {
  return (
    <p class="promise-ended">
      <b>{outcome ? t(`outcome.${outcome}`) : t("stage.closed")}</b>
      {closed_at && <time dateTime={closed_at}>{timeOfDay(closed_at)}</time>}
    </p>
  );
}

export function PromiseClock({ incident }: { incident: Incident }) {
  if (incident.state === "closed" && !incident.arrived_at) return <Ended incident={incident} />;
  const reading = readPromise(incident, now.value);
  const told = incident.promised_at;
  const retold = told !== null && Math.abs(secondsBetween(incident.target_at, told)) > 60;
  return (
    <section class={`promise ${incident.risk}`} aria-label={t("card.promise")}>
      <svg class="promise-ring" viewBox="0 0 80 80" width="84" height="84" aria-hidden="true">
        <circle class="track" cx="40" cy="40" r={RADIUS} />
        <circle
          class="left"
          cx="40"
          cy="40"
          r={RADIUS}
          stroke-dasharray={`${reading.shareLeft * AROUND} ${AROUND}`}
          transform="rotate(-90 40 40)"
        />
      </svg>
      <div class="promise-figure">
        <b>{reading.text}</b>
        <small>{reading.word}</small>
      </div>
      <div class="promise-text">
        <p class="promise-risk">
          <RiskMark risk={incident.risk} size={18} />
          <b>{t(`risk.${incident.risk}`)}</b>
          <span>{t("card.promisedBy", { time: timeOfDay(incident.target_at) })}</span>
        </p>
        <Expectation incident={incident} />
        {retold && (
          <p class="muted">
            {t("card.newPromise", { time: timeOfDay(told) })}
            {incident.promise_reason && ` · ${said(incident.promise_reason)}`}
          </p>
        )}
      </div>
    </section>
  );
}
