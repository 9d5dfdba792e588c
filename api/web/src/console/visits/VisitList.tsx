/** The visits of one day, in order of time. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { dayNamed, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { dayAfter } from "@roadflare/kit/zoned.ts";
import { bookVisit, openVisitCard, openVisitId } from "../store/selection.ts";
import { showDay, visitDay, visits, visitsFault } from "../store/visits.ts";
import { regionFault } from "../store/world.ts";
import { t } from "../words.ts";
import { visitKind } from "./visit_words.ts";

function Row({ visit }: { visit: Appointment }) {
  const cancelled = visit.state === "cancelled";
  const selected = openVisitId.value === visit.id;
  return (
    <li>
      <button
        type="button"
        class={`row visit-row ${cancelled ? "cancelled" : ""} ${selected ? "selected" : ""}`}
        aria-pressed={selected}
        data-visit={visit.id}
        onClick={() => openVisitCard(visit.id)}
      >
        <span class="visit-window">
          <b>{timeRange(visit.window)}</b>
          <small>{visit.code}</small>
        </span>
        <span class="visit-what">
          <b>{visitKind(visit)}</b>
          <small>
            {visit.vehicle.plate && `${visit.vehicle.plate} · `}
            {placeText(visit.location.text)}
          </small>
        </span>
        <span class="visit-who">
          {cancelled ? (
            <span class="muted">{t("visit.cancelled")}</span>
          ) : visit.unit_code ? (
            <>
              <span class="unit-code">{visit.unit_code}</span>
              {visit.planned_arrival_at && <small>{timeOfDay(visit.planned_arrival_at)}</small>}
            </>
          ) : (
            <span class="muted">{t("visit.unplanned")}</span>
          )}
        </span>
      </button>
    </li>
  );
}

export function VisitList() {
  const day = visitDay.value;
  if (day === null) {
    return (
      <p class="notice" role="status">
        {regionFault.value ?? t("visit.loading")}
      </p>
    );
  }
  return (
    <>
      <div class="list-tools">
        <div class="visit-day">
          <button
            type="button"
            class="button icon-only"
            aria-label={t("visit.before")}
            onClick={() => showDay(dayAfter(day, -1))}
          >
            ‹
          </button>
          <input
            type="date"
            aria-label={t("visit.day")}
            value={day}
            onChange={(event) => showDay(event.currentTarget.value || null)}
          />
          <button
            type="button"
            class="button icon-only"
            aria-label={t("visit.after")}
            onClick={() => showDay(dayAfter(day))}
          >
            ›
          </button>
          <button type="button" class="button" onClick={() => showDay(null)}>
            {t("visit.today")}
          </button>
        </div>
        <p class="visit-day-name">{dayNamed(day)}</p>
        <button type="button" class="button primary" onClick={bookVisit}>
          <Icon name="plus" size={16} />
          {t("visit.book")} <kbd>B</kbd>
        </button>
      </div>
      <div class="scroll">
        {visits.value !== null && visitsFault.value && (
          <p class="notice text-at-risk" role="status">
            {visitsFault.value}
          </p>
        )}
        {visits.value === null ? (
          <p class="notice" role="status">
            {visitsFault.value ?? t("visit.loading")}
          </p>
        ) : (
          visits.value.length === 0 && (
            <div class="notice">
              <p>{t("visit.none")}</p>
              <p class="muted">{t("visit.noneHint")}</p>
            </div>
          )
        )}
        <ul class="rows" aria-label={t("top.visits")}>
          {visits.value?.map((visit) => (
            <Row visit={visit} key={visit.id} />
          ))}
        </ul>
      </div>
    </>
  );
}
