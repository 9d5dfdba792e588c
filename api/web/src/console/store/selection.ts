/** What the dispatcher is looking at, and which panel is open. */

import { computed, signal } from "@preact/signals";
import { incidentById, unitById } from "./world.ts";

export type Tab = "incidents" | "units";
export type Overlay = "command" | "help" | null;

export const tab = signal<Tab>("incidents");
export const overlay = signal<Overlay>(null);
/** What was typed into the command bar, also in the moment before it has the focus. */
export const typed = signal("");
export const selectedIncidentId = signal<number | null>(null);
/** A unit's card lies over the incident's: the incident stays selected below it. */
export const openUnitId = signal<number | null>(null);
export const takingCall = signal(false);
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

export function selectIncident(id: number | null): void {
  selectedIncidentId.value = id;
  openUnitId.value = null;
  pointedUnitId.value = null;
  takingCall.value = false;
}

export function openUnitCard(id: number | null): void {
  openUnitId.value = id;
  takingCall.value = false;
}

export function takeCall(): void {
  takingCall.value = true;
}

export function openCommandBar(): void {
  typed.value = "";
  overlay.value = "command";
}

/** Closes whatever lies on top. Returns false when nothing was open. */
export function stepBack(): boolean {
  if (overlay.value) overlay.value = null;
  else if (takingCall.value) takingCall.value = false;
  else if (openUnitId.value !== null) openUnitId.value = null;
  else if (selectedIncidentId.value !== null) selectIncident(null);
  else return false;
  return true;
}
