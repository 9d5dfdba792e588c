/** Reporting a road: which, closed or slower, until when, why. */

import type { LonLat, RoadAt, RoadReport } from "@roadflare/kit/contract.ts";
import { dayNamed, timezone } from "@roadflare/kit/format.ts";
import type { InputFault } from "@roadflare/kit/http.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Chip } from "../form/Chip.tsx";
import { Faults, Field, faultsAt } from "../form/Field.tsx";
import { FormCard } from "../form/FormCard.tsx";
import { HALF_HOURS } from "../form/half_hours.ts";
import { useKeeping } from "../form/use_keeping.ts";
import { useSending } from "../form/use_sending.ts";
import type { Draft } from "../intake/draft.ts";
import { AddressSearch } from "../intake/PlaceField.tsx";
import { useDraft } from "../intake/use_draft.ts";
import { roadDrafts } from "../store/drafts.ts";
import { learnRoad } from "../store/roads.ts";
import { openRoadCard, reportingRoad } from "../store/selection.ts";
import { say } from "../store/toasts.ts";
import { t } from "../words.ts";
import { LASTS, newRoad, type RoadDraft, reportOf, SHARES } from "./road_draft.ts";
import { betweenText, effectText, headingText, lengthText, roadName } from "./road_words.ts";
import { useDrawnRoad, useRoad } from "./use_road.ts";

const SHOWN_PATHS = /^(where|effect|value|until|note)/;

interface PartProps {
  draft: RoadDraft;
  change: (part: Partial<RoadDraft>) => void;
  faults: readonly InputFault[];
}

function Directions({ road, draft, change }: { road: RoadAt } & Omit<PartProps, "faults">) {
  const [only] = road.directions;
  if (road.directions.length === 1 && only)
    return <p>{t("road.oneWay", { way: headingText(only.heading_deg) })}</p>;
  return (
    <fieldset class="chips" aria-label={t("road.directions")}>
      <Chip
        on={draft.headingDeg === null}
        press={() => change({ headingDeg: null })}
        text={t("road.both")}
      />
      {road.directions.map(({ heading_deg: deg }) => (
        <Chip
          key={deg}
          on={draft.headingDeg === deg}
          press={() => change({ headingDeg: deg })}
          text={t("road.only", { way: headingText(deg) })}
        />
      ))}
    </fieldset>
  );
}

interface WhereProps extends PartProps {
  place: Draft;
  move: (part: Partial<Draft>) => void;
  road: RoadAt | null;
  fault: string;
}

function Where({ place, move, road, fault, draft, change, faults }: WhereProps) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const mine = faultsAt(faults, "where");
  return (
    <fieldset class={mine.length > 0 || fault ? "group faulty" : "group"} data-path="where">
      <legend>{t("road.which")}</legend>
      <div class="chips">
        {(["map", "address"] as const).map((way, index) => (
          <Chip
            key={way}
            buttonRef={index === 0 ? first : undefined}
            on={place.placeBy === way}
            press={() => move({ placeBy: way })}
            text={way === "map" ? t("new.byMap") : t("new.byAddress")}
          />
        ))}
      </div>
      {place.placeBy === "address" && <AddressSearch draft={place} change={move} faults={[]} />}
      {road ? (
        <div class="road-picked" role="status">
          <b>{roadName(road.roads)}</b>
          <span>{[betweenText(road), lengthText(road)].filter(Boolean).join(", ")}</span>
          <Directions road={road} draft={draft} change={change} />
        </div>
      ) : (
        <p class="with-icon picked">
          <Icon name="place" size={16} />
          {t("road.pick")}
        </p>
      )}
      {fault && (
        <span class="field-fault" role="alert">
          {fault}
        </span>
      )}
      <Faults faults={mine} />
    </fieldset>
  );
}

function Effect({ draft, change, faults }: PartProps) {
  const mine = [...faultsAt(faults, "value"), ...faultsAt(faults, "effect")];
  return (
    <fieldset class={mine.length > 0 ? "group faulty" : "group"} data-path="value">
      <legend>{t("road.what")}</legend>
      <div class="field-row">
        <button
          type="button"
          class="button choice unsafe"
          aria-pressed={draft.closed}
          onClick={() => change({ closed: true })}
        >
          <Icon name="closed" size={18} />
          {t("road.closed")}
        </button>
        <button
          type="button"
          class="button choice slower"
          aria-pressed={!draft.closed}
          onClick={() => change({ closed: false })}
        >
          <Icon name="slow" size={18} />
          {t("road.slower")}
        </button>
      </div>
      {!draft.closed && (
        <fieldset class="chips" aria-label={t("road.howFast")}>
          {SHARES.map((share) => (
            <Chip
              key={share}
              on={draft.slowTo === share}
              press={() => change({ slowTo: share })}
              text={t("road.shareShort", { n: share })}
            />
          ))}
          <Chip
            on={draft.slowTo === "kph"}
            press={() => change({ slowTo: "kph" })}
            text={t("road.kphChip")}
          />
        </fieldset>
      )}
      {!draft.closed && draft.slowTo === "kph" ? (
        <Field label={t("road.kph")} path="value" faults={faults}>
          <input
            value={draft.kph}
            inputMode="decimal"
            maxLength={5}
            onInput={(event) =>
              change({ kph: event.currentTarget.value.replace(",", ".").replace(/[^\d.]/g, "") })
            }
          />
        </Field>
      ) : (
        <Faults faults={mine} />
      )}
    </fieldset>
  );
}

function Until({ draft, change, faults }: PartProps) {
  const mine = faultsAt(faults, "until");
  const times = HALF_HOURS.includes(draft.time) ? HALF_HOURS : [draft.time, ...HALF_HOURS];
  return (
    <fieldset class={mine.length > 0 ? "group faulty" : "group"} data-path="until">
      <legend>{t("road.until")}</legend>
      <div class="chips">
        {LASTS.map((minutes) => (
          <Chip
            key={minutes}
            on={draft.until === minutes}
            press={() => change({ until: minutes })}
            text={minutes < 60 ? t("road.min", { n: minutes }) : t("road.h", { n: minutes / 60 })}
          />
        ))}
        <Chip
          on={draft.until === "open"}
          press={() => change({ until: "open" })}
          text={t("road.untilOpen")}
        />
        <Chip
          on={draft.until === "at"}
          press={() => change({ until: "at" })}
          text={t("road.untilAt")}
        />
      </div>
      {draft.until === "at" && (
        <div class="field-row">
          <Field label={t("visit.day")} path="until.day" faults={[]}>
            <input
              type="date"
              required
              value={draft.day}
              onInput={(event) => change({ day: event.currentTarget.value })}
            />
          </Field>
          <Field label={draft.day ? dayNamed(draft.day) : ""} path="until.time" faults={[]}>
            <select
              value={draft.time}
              onChange={(event) => change({ time: event.currentTarget.value })}
            >
              {times.map((time) => (
                <option key={time}>{time}</option>
              ))}
            </select>
          </Field>
        </div>
      )}
      <Faults faults={mine} />
    </fieldset>
  );
}

const placeOf = (road: RoadAt | null) => (road ? `${road.lon} ${road.lat}` : "");

function useReport(road: RoadAt | null) {
  const zone = timezone.value ?? undefined;
  const offered = useMemo(() => newRoad(now.peek(), zone), [zone]);
  const change = (part: Partial<RoadDraft>) => {
    const kept = roadDrafts.more.peek();
    const headed = "headingDeg" in part ? placeOf(road) : (kept?.headed ?? "");
    roadDrafts.more.value = { ...(kept ?? offered), ...part, headed };
  };
  // Another road has other directions: what was pressed for the one before does not count for it.
  const kept = roadDrafts.more.value;
  const draft = useMemo(() => {
    if (!kept) return offered;
    return kept.headed === placeOf(road) ? kept : { ...kept, headingDeg: null };
  }, [kept, offered, road]);
  return { draft, change };
}

export function RoadForm() {
  const { draft: place, change: move } = useDraft(roadDrafts.place, true);
  const keeping = useKeeping(roadDrafts, () => t("road.report"), "T");
  const { road, fault } = useRoad(place.pin as LonLat | null);
  const { draft, change } = useReport(road);
  useDrawnRoad(road, draft.headingDeg);
  const sending = useSending<RoadReport>(
    "/road-reports",
    () => road && reportOf(draft, road, now.peek(), timezone.peek() ?? undefined),
    [draft, road],
    (made) => {
      roadDrafts.clear();
      learnRoad(made);
      if (reportingRoad.value) openRoadCard(made.id);
      say(t("road.done", { road: roadName(made.roads), effect: effectText(made) }));
    },
    roadDrafts.sent,
  );
  const { faults } = sending;
  const parts = { draft, change, faults };
  return (
    <FormCard
      title={t("road.report")}
      close={() => {
        reportingRoad.value = false;
      }}
      keeping={keeping}
      sending={sending}
      shown={SHOWN_PATHS}
      ready={road !== null && timezone.value !== null}
      save={t("road.save")}
    >
      <Where {...parts} place={place} move={move} road={road} fault={fault} />
      <Effect {...parts} />
      <Until {...parts} />
      <Field label={t("road.note")} path="note" faults={faults}>
        <input
          value={draft.note}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => change({ note: event.currentTarget.value })}
        />
      </Field>
    </FormCard>
  );
}
