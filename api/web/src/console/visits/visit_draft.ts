/** A visit being booked, and what of it is sent. */

import type { Appointment, AppointmentIn, AppointmentKind } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { dayAfter, dayIn, instantIn, isWeekday } from "@roadflare/kit/zoned.ts";
import { callerOf, carOf, type Draft, filled, locationOf } from "../intake/draft.ts";

export interface WindowDraft {
  day: string;
  from: string;
  to: string;
}

export interface VisitDraft {
  kind: AppointmentKind;
  window: WindowDraft;
  back: WindowDraft;
  centreId: number | null;
  note: string;
}

/** The next working morning, which is when it is calmest; brought back in the afternoon. */
export function nextVisit(now: number, timeZone?: string): VisitDraft {
  let day = dayAfter(dayIn(now, timeZone));
  while (!isWeekday(day)) day = dayAfter(day);
  return {
    kind: "pickup_delivery",
    window: { day, from: "09:00", to: "11:00" },
    back: { day, from: "15:00", to: "17:00" },
    centreId: null,
    note: "",
  };
}

/** A window that is booked, to be changed. */
export const draftOf = (window: readonly [string, string], timeZone?: string): WindowDraft => ({
  day: dayIn(Date.parse(window[0]), timeZone),
  from: timeOfDay(window[0]),
  to: timeOfDay(window[1]),
});

/** Stages in which the first part of a visit has begun: only the return can be moved then. */
const FIRST_BEGUN: ReadonlySet<Appointment["stage"]> = new Set([
  "on_the_way",
  "at_car",
  "fetched",
  "at_centre",
]);

export const mayMoveFirst = ({ stage }: Pick<Appointment, "stage">) => !FIRST_BEGUN.has(stage);

export const windowOf = ({ day, from, to }: WindowDraft, timeZone?: string) => ({
  start_at: instantIn(day, from, timeZone),
  end_at: instantIn(day, to, timeZone),
});

export function visitOf(draft: Draft, visit: VisitDraft, timeZone?: string): AppointmentIn {
  const fetched = visit.kind === "pickup_delivery";
  return {
    kind: visit.kind,
    window: windowOf(visit.window, timeZone),
    caller: callerOf(draft),
    vehicle: carOf(draft),
    location: locationOf(draft),
    ...(fetched ? { return_window: windowOf(visit.back, timeZone) } : {}),
    ...filled({
      location_note: draft.placeNote,
      note: visit.note,
      centre_id: fetched ? visit.centreId : null,
    }),
  } as AppointmentIn;
}
