/** The selected incident with its history, and who could serve it; fetched anew on events. */

import { effect, signal } from "@preact/signals";
import type { CandidateList, Incident } from "@roadflare/kit/contract.ts";
import { refresher } from "./refresher.ts";
import { selectedIncidentId } from "./selection.ts";
import { call } from "./session.ts";
import { problemText } from "./toasts.ts";
import { lastTouched } from "./world.ts";

interface Kept<T> {
  incidentId: number;
  value: T;
}

const incident = signal<Kept<Incident> | null>(null);
const candidates = signal<Kept<CandidateList> | null>(null);
export const detailFault = signal<string | null>(null);

/** The incident with its timeline, if it is the one that was fetched. */
export function detailOf(id: number): Incident | null {
  return incident.value?.incidentId === id ? incident.value.value : null;
}

export function candidatesOf(id: number): CandidateList | null {
  return candidates.value?.incidentId === id ? candidates.value.value : null;
}

/** Every unit is judged anew for each list: not at every event of the city. */
const CANDIDATES_MS = 10_000;
let askedAt = 0;

async function fetchDetail(): Promise<void> {
  const id = selectedIncidentId.value;
  if (id === null) return;
  try {
    const value = await call<Incident>(`/incidents/${id}`);
    if (selectedIncidentId.value !== id) return;
    incident.value = { incidentId: id, value };
    detailFault.value = null;
    if (value.state === "closed") return;
    const known = candidates.value?.incidentId === id;
    if (known && Date.now() - askedAt < CANDIDATES_MS) return;
    askedAt = Date.now();
    const list = await call<CandidateList>(`/incidents/${id}/candidates`);
    if (selectedIncidentId.value === id) candidates.value = { incidentId: id, value: list };
  } catch (error) {
    detailFault.value = problemText(error);
  }
}

/** Something was done to the selected incident, or somebody else was faster: read it again. */
export const reloadDetail = () => void fetchDetail();

const REFRESH_MS = 10_000;

/**
 * Keeps the selected incident's detail fresh: at events of this incident, and every while, because
 * what it is compared to moves too. Ends when the returned function is called.
 */
export function followDetail(): () => void {
  const soon = refresher(fetchDetail, 700);
  const stopSelection = effect(() => {
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
  };
}
