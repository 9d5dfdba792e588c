/** The booked visits of the day that is shown, fetched anew while the list is open. */

import { computed, effect, signal } from "@preact/signals";
import type { Appointment } from "@roadflare/kit/contract.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { dayIn } from "@roadflare/kit/zoned.ts";
import { refresher } from "./refresher.ts";
import { openVisitId, tab } from "./selection.ts";
import { call } from "./session.ts";
import { problemText, say, sayProblem } from "./toasts.ts";
import { eventCount } from "./world.ts";

const chosenDay = signal<string | null>(null);
/** null: the region's zone is not known yet. */
const today = computed(() => (timezone.value === null ? null : dayIn(now.value, timezone.value)));

/** The day that is shown: today until another one is chosen. */
export const visitDay = computed(() => chosenDay.value ?? today.value);
/** null: not loaded yet. */
export const visits = signal<Appointment[] | null>(null);
export const visitsFault = signal<string | null>(null);
export const openVisit = computed(
  () => visits.value?.find(({ id }) => id === openVisitId.value) ?? null,
);

export function showDay(day: string | null): void {
  chosenDay.value = day === today.value ? null : day;
}

async function fetchVisits(): Promise<void> {
  const day = visitDay.value;
  try {
    const { items } = await call<{ items: Appointment[] }>(`/appointments?day=${day}`);
    if (visitDay.value !== day) return;
    visits.value = items;
    visitsFault.value = null;
  } catch (error) {
    visitsFault.value = problemText(error);
  }
}

/** Takes over what the server answered to a booking or a cancellation. */
export function learnVisit(changed: Appointment): void {
  const others = (visits.value ?? []).filter(({ id }) => id !== changed.id);
  const all = [...others, changed].sort((a, b) => a.window[0].localeCompare(b.window[0]));
  visits.value = all;
}

/** Returns what went wrong; what is true now is fetched then. */
export async function cancelVisit(
  visit: Appointment,
  reason: string,
  done: string,
): Promise<string> {
  try {
    const body = { reason };
    learnVisit(await call<Appointment>(`/appointments/${visit.id}/cancel`, { body }));
    say(done);
    return "";
  } catch (error) {
    await fetchVisits();
    return sayProblem(error);
  }
}

/** Shows a visit where it is now; returns what went wrong, as `cancelVisit` does. */
export async function moveVisit(
  visit: Appointment,
  body: unknown,
  done: (moved: Appointment) => string,
): Promise<string> {
  try {
    const moved = await call<Appointment>(`/appointments/${visit.id}/move`, { body });
    showDay(dayIn(Date.parse(moved.window[0]), timezone.value ?? undefined));
    learnVisit(moved);
    say(done(moved));
    return "";
  } catch (error) {
    await fetchVisits();
    return sayProblem(error);
  }
}

/** Keeps the list fresh while it is shown, until the returned function is called. */
export function followVisits(): () => void {
  const soon = refresher(fetchVisits, 700);
  const stops = [
    effect(() => {
      const day = visitDay.value;
      if (tab.value !== "visits" || !day) return;
      visits.value = null;
      void fetchVisits();
    }),
    effect(() => {
      if (eventCount.value > 0 && tab.peek() === "visits") soon.poke();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    soon.stop();
  };
}
