/** A road report being made, and what of it is sent. */

import type { RoadAt, RoadReport, RoadReportIn } from "@roadflare/kit/contract.ts";
import { dayIn, instantIn } from "@roadflare/kit/zoned.ts";

/** Shares of the usual speed that are offered, in per cent. */
export const SHARES = [75, 50, 25, 10] as const;
/** Minutes that are offered. */
export const LASTS = [30, 60, 180] as const;

export interface RoadDraft {
  /** The one direction that is meant; null for all that the road has. */
  headingDeg: number | null;
  closed: boolean;
  /** Per cent of the usual speed, or what is typed into `kph`. */
  slowTo: (typeof SHARES)[number] | "kph";
  kph: string;
  until: (typeof LASTS)[number] | "open" | "at";
  day: string;
  time: string;
  note: string;
}

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;

/** A closure for an hour; who chooses a time begins with the half hour after that. */
export function newRoad(now: number, timeZone?: string): RoadDraft {
  const later = Math.ceil((now + 60 * MINUTE_MS) / HALF_HOUR_MS) * HALF_HOUR_MS;
  return {
    headingDeg: null,
    closed: true,
    slowTo: 50,
    kph: "",
    until: 60,
    day: dayIn(later, timeZone),
    time: timeIn(later, timeZone),
    note: "",
  };
}

function timeIn(at: number, timeZone?: string): string {
  const zone = timeZone ? { timeZone } : {};
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone } as const;
  return new Intl.DateTimeFormat("en-GB", options).format(at);
}

/** The same effect, end and note, for another stretch. */
export function likeReport(report: RoadReport, now: number, timeZone?: string): RoadDraft {
  const draft = { ...newRoad(now, timeZone), note: report.note };
  if (report.until) {
    const end = Date.parse(report.until);
    Object.assign(draft, { until: "at", day: dayIn(end, timeZone), time: timeIn(end, timeZone) });
  } else draft.until = "open";
  if (report.effect === "closed") return draft;
  const share = SHARES.find((one) => report.effect === "factor" && report.value === one / 100);
  if (share) return { ...draft, closed: false, slowTo: share };
  const kph = report.effect === "speed" ? String(report.value) : "";
  return { ...draft, closed: false, slowTo: "kph", kph };
}

function untilOf(draft: RoadDraft, now: number, timeZone?: string): string | null {
  if (draft.until === "open") return null;
  // Without a day nothing may be sent that would mean "until taken back": "" is refused.
  if (draft.until === "at") return instantIn(draft.day, draft.time, timeZone) ?? "";
  return new Date(now + draft.until * MINUTE_MS).toISOString();
}

function effectOf(draft: RoadDraft): Pick<RoadReportIn, "effect" | "value"> {
  if (draft.closed) return { effect: "closed" };
  if (draft.slowTo !== "kph") return { effect: "factor", value: draft.slowTo / 100 };
  const kph = draft.kph.trim();
  return { effect: "speed", value: kph === "" ? null : Number(kph) };
}

export function reportOf(
  draft: RoadDraft,
  road: Pick<RoadAt, "lon" | "lat">,
  now: number,
  timeZone?: string,
): RoadReportIn {
  const at = { lon: road.lon, lat: road.lat, heading_deg: draft.headingDeg };
  const note = draft.note.trim();
  return {
    where: { at } as RoadReportIn["where"],
    ...effectOf(draft),
    until: untilOf(draft, now, timeZone),
    ...(note ? { note } : {}),
  };
}
