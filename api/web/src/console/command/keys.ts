/** Keys that work anywhere but in fields and dialogs. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { setTheme, theme } from "@roadflare/kit/theme.ts";
import { ask, mayChangeEta, mayTakeBackArrival, question } from "../card/ask.ts";
import { mayCorrectPlace, mayNote } from "../card/correcting.ts";
import { mayMerge } from "../card/merging.ts";
import { ONE_ROAD, pickedRoad, showOnMap } from "../map/view.ts";
import { queueOf } from "../queue/order.ts";
import { middleOf } from "../roads/RoadCard.tsx";
import { assign, release, setLock, takeBackArrival } from "../store/actions.ts";
import { candidatesOf, detailOf } from "../store/detail.ts";
import { diversion } from "../store/diversion.ts";
import { queueFilter, queueSearch } from "../store/filters.ts";
import { openRoad } from "../store/roads.ts";
import {
  bookingVisit,
  bookVisit,
  cancellingVisit,
  correctingPlace,
  movingVisit,
  openCommandBar,
  openUnit,
  overlay,
  reportingRoad,
  reportRoad,
  selectedIncident,
  selectIncident,
  stepBack,
  tab,
  takeCall,
  takingCall,
  takingRoadBack,
  typed,
} from "../store/selection.ts";
import { shownIncidentId } from "../store/shown.ts";
import { openVisit } from "../store/visits.ts";
import { incidents, mayDispatch, mayKeepRoads, mayTakeCalls } from "../store/world.ts";

function step(by: 1 | -1): void {
  const list = incidents.value ?? [];
  const queue = queueOf(list, now.value, queueFilter.value, queueSearch.value);
  if (queue.length === 0) return;
  const at = queue.findIndex((incident) => incident.id === selectedIncident.value?.id);
  const next = at < 0 ? (by > 0 ? 0 : queue.length - 1) : at + by;
  const incident = queue[(next + queue.length) % queue.length];
  if (!incident) return;
  selectIncident(incident.id);
  document.querySelector(`[data-incident="${incident.id}"]`)?.scrollIntoView({ block: "nearest" });
}

function sendCandidate(place: number): void {
  const incident = selectedIncident.value;
  if (!incident || incident.arrived_at || shownIncidentId.value !== incident.id) return;
  if (!mayDispatch.value) return;
  const able = candidatesOf(incident.id)?.items.filter((candidate) => !candidate.forbidden);
  const candidate = able?.[place - 1];
  if (candidate) void assign(incident.id, candidate.unit_id);
}

/** The card in sight where its incident is no open one: it was looked up. */
function closedInSight(): Incident | null {
  const id = shownIncidentId.value;
  return selectedIncident.value || id === null ? null : detailOf(id);
}

function showSelected(): void {
  const unit = openUnit.value;
  const incident = selectedIncident.value ?? closedInSight();
  const visit = openVisit.value;
  const road = pickedRoad.value
    ? middleOf({ geometry: { type: "MultiLineString", coordinates: pickedRoad.value.lines } })
    : openRoad.value && middleOf(openRoad.value);
  if (road) showOnMap(road, ONE_ROAD);
  else if (visit) showOnMap([visit.location.lon, visit.location.lat]);
  else if (unit?.lon && unit.lat) showOnMap([unit.lon, unit.lat]);
  else if (incident) showOnMap([incident.location.lon, incident.location.lat]);
}

/** A visit's card covers the incident's: only its own keys act. */
function forVisit(key: string): boolean {
  const visit = openVisit.value;
  if (key === "x" && visit?.can_cancel) cancellingVisit.value = true;
  else if (key === "e" && visit?.can_move) movingVisit.value = true;
  else return false;
  return true;
}

/** So does a road's. */
function forRoad(key: string): boolean {
  if (key !== "x") return false;
  takingRoadBack.value = true;
  return true;
}

function forIncident(key: string): boolean {
  const incident = selectedIncident.value;
  const closed = closedInSight();
  if (closed && key === "p") ask("reveal", closed);
  if (!incident) return closed !== null && key === "p";
  const unit = openUnit.value;
  if (mayDispatch.value && key === "a" && unit) void assign(incident.id, unit.id);
  else if (shownIncidentId.value !== incident.id)
    return false; // not in sight
  else if (key === "x") ask("cancel", incident);
  else if (key === "s") ask("solve", incident);
  else if (key === "p") ask("reveal", incident);
  else if (key === "e" && mayCorrectPlace(incident)) correctingPlace.value = true;
  else if (key === "w" && mayNote(incident)) ask("note", incident);
  else return mayDispatch.value && forDispatcher(key, incident);
  return true;
}

function forDispatcher(key: string, incident: Incident): boolean {
  if (key === "l" && incident.job?.lock !== "full") void setLock(incident, "unit");
  else if (key === "shift+l" && incident.job?.lock !== "full") void setLock(incident, "free");
  else if (key === "r") void release(incident);
  else if (key === "c") ask("contractor", incident);
  else if (key === "z" && mayTakeBackArrival(incident)) void takeBackArrival(incident);
  else if (key === "f" && mayChangeEta(incident)) ask("eta", incident);
  else if (key === "g" && mayMerge(incident)) ask("merge", incident);
  else return false;
  return true;
}

/** Keys of who may report roads. */
const FOR_ROADS: Record<string, () => void> = {
  t: reportRoad,
  o: () => {
    tab.value = "roads";
  },
};

const ANYWHERE: Record<string, () => void> = {
  n: () => {
    if (mayTakeCalls.value) takeCall();
  },
  "/": openCommandBar,
  "?": () => {
    overlay.value = "help";
  },
  j: () => step(1),
  k: () => step(-1),
  arrowdown: () => step(1),
  arrowup: () => step(-1),
  m: showSelected,
  i: () => {
    tab.value = "incidents";
  },
  u: () => {
    tab.value = "units";
  },
  v: () => {
    tab.value = "visits";
  },
  b: () => {
    if (mayTakeCalls.value) bookVisit();
  },
  d: () => setTheme(theme.value === "dark" ? "light" : "dark"),
};

const isFilling = () =>
  [takingCall, bookingVisit, reportingRoad, correctingPlace].some((form) => form.value);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, dialog") !== null;
}

/** While the command bar is opening, letters are meant for it, not shortcuts. */
function typeAhead(event: KeyboardEvent): void {
  if (overlay.value !== "command" || event.key.length !== 1) return;
  typed.value += event.key;
  event.preventDefault();
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    // The first Escape leaves the field alone: what is being filled in stays in sight.
    if (isTyping(event.target)) {
      (event.target as HTMLElement).blur();
      return;
    }
    if (stepBack()) event.preventDefault();
    return;
  }
  if (isTyping(event.target)) return;
  if (overlay.value || question.value || diversion.value) {
    typeAhead(event);
    return;
  }
  const letter = event.key.toLowerCase();
  // Locking and unlocking are wishes of their own: two who press the same at once must not undo it.
  const key = letter === "l" && event.shiftKey ? "shift+l" : letter;
  // A call being taken covers the card: its keys would act on what cannot be seen.
  if (isFilling() && !"/?dm".includes(key)) return;
  if (openVisit.value && !ANYWHERE[key]) {
    if (forVisit(key)) event.preventDefault();
    return;
  }
  if (mayKeepRoads.value && FOR_ROADS[key]) {
    FOR_ROADS[key]();
    event.preventDefault();
    return;
  }
  if (openRoad.value && !ANYWHERE[key]) {
    if (forRoad(key)) event.preventDefault();
    return;
  }
  if (/^[1-9]$/.test(key)) sendCandidate(Number(key));
  else if (ANYWHERE[key]) ANYWHERE[key]();
  else if (!forIncident(key)) return;
  event.preventDefault();
}

export function listenToKeys(): () => void {
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
