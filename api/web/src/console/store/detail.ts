/** The selected incident with its history, and who could serve it; fetched anew on events. */

import { effect, signal } from "@preact/signals";
import type { CandidateList, Incident } from "@roadflare/kit/contract.ts";
import { forgetPictures } from "@roadflare/kit/picture.ts";
import { refresher } from "./refresher.ts";
import { selectedIncidentId } from "./selection.ts";
import { call } from "./session.ts";
import { problemText } from "./toasts.ts";
import { lastTouched, mayDispatch } from "./world.ts";

interface Kept<T> {
  incidentId: number;
  value: T;
}

const incident = signal<Kept<Incident> | null>(null);
const candidates = signal<Kept<CandidateList> | null>(null);
export const detailFault = signal<string | null>(null);
/** Why the units could not be weighed. */
export const candidatesFault = signal<string | null>(null);

/** The incident with its timeline, if it is the one that was fetched. */
export function detailOf(id: number): Incident | null {
  return incident.value?.incidentId === id ? incident.value.value : null;
}

export function candidatesOf(id: number): CandidateList | null {
  return candidates.value?.incidentId === id ? candidates.value.value : null;
}

/** Every unit is judged anew for each list: not at every event of the city. */
const CANDIDATES_MS = 10_000;
let askedAt = Number.NEGATIVE_INFINITY;

async function fetchIncident(id: number): Promise<Incident | null> {
  try {
    const value = await call<Incident>(`/incidents/${id}`);
    if (selectedIncidentId.value !== id) return null;
    incident.value = { incidentId: id, value };
    detailFault.value = null;
    return value;
  } catch (error) {
    if (selectedIncidentId.value === id) detailFault.value = problemText(error);
    return null;
  }
}

async function fetchCandidates(id: number): Promise<boolean> {
  askedAt = performance.now();
  const mine = askedAt;
  try {
    const value = await call<CandidateList>(`/incidents/${id}/candidates`);
    if (selectedIncidentId.value !== id) return false;
    if (askedAt === mine) candidates.value = { incidentId: id, value }; // not one that was overtaken
    candidatesFault.value = null;
    return true;
  } catch (error) {
    if (selectedIncidentId.value === id) candidatesFault.value = problemText(error);
    return false;
  }
}

async function fetchDetail(): Promise<void> {
  const id = selectedIncidentId.value;
  if (id === null) return;
  const value = await fetchIncident(id);
  if (!value || value.state === "closed" || !mayDispatch.value) return;
  const known = candidatesOf(id) !== null;
  if (known && performance.now() - askedAt < CANDIDATES_MS) return;
  await fetchCandidates(id);
}

/** Something was done to the selected incident, or somebody else was faster: read it again. */
export const reloadDetail = () => void fetchDetail();

/** Weighs every unit anew for an incident, if it is the selected one. Returns whether it did. */
export async function weighAgain(id: number): Promise<boolean> {
  if (selectedIncidentId.value !== id || !mayDispatch.value) return false;
  return fetchCandidates(id);
}

const REFRESH_MS = 10_000;

/**
 * Keeps the selected incident's detail fresh: at events of this incident, and every while, because
 * what it is compared to moves too. Ends when the returned function is called.
 */
export function followDetail(): () => void {
  const soon = refresher(fetchDetail, 700);
  const stopSelection = effect(() => {
    detailFault.value = null;
    candidatesFault.value = null;
    if (selectedIncidentId.value !== null) void fetchDetail();
  });
  const stopEvents = effect(() => {
    const { incidentId } = lastTouched.value;
    if (incidentId !== null && incidentId === selectedIncidentId.peek()) soon.poke();
  });
  const timer = setInterval(() => soon.poke(), REFRESH_MS);
  return () => {
    stopSelection();
    stopEvents();
    clearInterval(timer);
    soon.stop();
    forgetPictures();
    incident.value = candidates.value = null; // whoever comes next may see less
  };
}
