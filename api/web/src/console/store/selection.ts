/** What the dispatcher is looking at, and which panel is open. */

import { computed, signal } from "@preact/signals";
import { incidentById, unitById } from "./world.ts";

export type Tab = "incidents" | "units" | "visits" | "roads";
export type Overlay = "command" | "help" | null;

export const tab = signal<Tab>("incidents");
export const overlay = signal<Overlay>(null);
/** What was typed into the command bar, also in the moment before it has the focus. */
export const typed = signal("");
export const selectedIncidentId = signal<number | null>(null);
/** A unit's card lies over the incident's: the incident stays selected below it. */
export const openUnitId = signal<number | null>(null);
export const takingCall = signal(false);
/** Whether the place of the selected incident is being corrected, in its card. */
export const correctingPlace = signal(false);
/** A visit's card, or the form to book one, lies over the incident's too. */
export const openVisitId = signal<number | null>(null);
export const bookingVisit = signal(false);
export const cancellingVisit = signal(false);
export const movingVisit = signal(false);
/** A road's report, or the form to make one, lies over it as well. */
export const openRoadId = signal<number | null>(null);
export const reportingRoad = signal(false);
export const takingRoadBack = signal(false);
/** The candidate under the pointer or focus. */
export const pointedUnitId = signal<number | null>(null);

export const selectedIncident = computed(() =>
  selectedIncidentId.value === null
    ? null
    : (incidentById.value.get(selectedIncidentId.value) ?? null),
);
export const openUnit = computed(() =>
  openUnitId.value === null ? null : (unitById.value.get(openUnitId.value) ?? null),
);

/** Puts away whatever lies over the incident's card. */
function uncover(): void {
  openUnitId.value = null;
  takingCall.value = false;
  correctingPlace.value = false;
  openVisitId.value = null;
  bookingVisit.value = false;
  cancellingVisit.value = false;
  movingVisit.value = false;
  openRoadId.value = null;
  reportingRoad.value = false;
  takingRoadBack.value = false;
}

export function selectIncident(id: number | null): void {
  uncover();
  selectedIncidentId.value = id;
  pointedUnitId.value = null;
}

export function openUnitCard(id: number | null): void {
  uncover();
  openUnitId.value = id;
}

export function openVisitCard(id: number | null): void {
  uncover();
  openVisitId.value = id;
}

export function takeCall(): void {
  uncover();
  takingCall.value = true;
}

export function bookVisit(): void {
  uncover();
  tab.value = "visits";
  bookingVisit.value = true;
}

export function openRoadCard(id: number | null): void {
  uncover();
  openRoadId.value = id;
}

export function reportRoad(): void {
  uncover();
  tab.value = "roads";
  reportingRoad.value = true;
}

export function openCommandBar(): void {
  typed.value = "";
  overlay.value = "command";
}

/** Closes whatever lies on top. Returns false when nothing was open. */
export function stepBack(): boolean {
  if (overlay.value) overlay.value = null;
  else if (takingCall.value) takingCall.value = false;
  else if (bookingVisit.value) bookingVisit.value = false;
  else if (reportingRoad.value) reportingRoad.value = false;
  else if (openVisitId.value !== null) openVisitCard(null);
  else if (openRoadId.value !== null) openRoadCard(null);
  else if (openUnitId.value !== null) openUnitId.value = null;
  else if (correctingPlace.value) correctingPlace.value = false;
  else if (selectedIncidentId.value !== null) selectIncident(null);
  else return false;
  return true;
}
