/**
 * The card that is open, in the page's address: `#incident=12`, `#visit=7&day=2026-06-08`. A link opens
 * it, and Back goes to the one before.
 */

import { batch, computed, effect, signal } from "@preact/signals";
import { t } from "../words.ts";
import {
  openVisitCard,
  openVisitId,
  selectedIncidentId,
  selectIncident,
  tab,
} from "./selection.ts";
import { sayBad } from "./toasts.ts";
import { openVisit, showDay, visitDay, visits } from "./visits.ts";

/** What is passed by on the way, with J and K, does not come back with Back. */
const LOOKED_AT_MS = 250;

/** The fragment of what is open, without #; null: not known before the day's visits are there. */
const shown = computed(() => {
  const incident = selectedIncidentId.value === null ? "" : `incident=${selectedIncidentId.value}`;
  if (openVisitId.value === null) return incident;
  if (visits.value === null) return null;
  return openVisit.value ? `visit=${openVisit.value.id}&day=${visitDay.value}` : incident;
});

/** The visit of a link, until it is known whether there is one. */
const sought = signal<number | null>(null);

const fragment = () => location.hash.slice(1);
const addressOf = (text: string) => location.pathname + location.search + (text && `#${text}`);

const idOf = (text: string | null) => (text && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);
const dayOf = (text: string | null) =>
  text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;

function seekVisit(id: number, day: string): void {
  batch(() => {
    // Another day's list does not tell whether there is one.
    if (tab.peek() !== "visits" || visitDay.peek() !== day) visits.value = null;
    tab.value = "visits";
    showDay(day);
    openVisitCard(id);
    sought.value = id;
  });
}

/** Without one that leads anywhere the address says what is open. */
function leadsNowhere(text: string): void {
  history.replaceState(null, "", addressOf(shown.peek() ?? ""));
  sayBad(text);
}

function openNamed(): void {
  const text = fragment();
  if (text === shown.peek()) return;
  if (!text) {
    selectIncident(null);
    return;
  }
  const given = new URLSearchParams(text);
  const incident = idOf(given.get("incident"));
  const visit = idOf(given.get("visit"));
  const day = dayOf(given.get("day"));
  if (incident !== null) selectIncident(incident);
  else if (visit !== null && day) seekVisit(visit, day);
  else leadsNowhere(t("link.odd", { link: `#${text}` }));
}

/** Opens what the address names, and lets it name what is open, until ended. */
export function followAddress(): () => void {
  if (fragment()) openNamed();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stops = [
    effect(() => {
      const text = shown.value;
      clearTimeout(timer);
      if (text === null || text === fragment()) return;
      timer = setTimeout(() => history.pushState(null, "", addressOf(text)), LOOKED_AT_MS);
    }),
    effect(() => {
      const id = sought.value;
      if (id === null || visits.value === null) return;
      sought.value = null;
      if (openVisitId.peek() !== id || openVisit.peek()) return;
      const day = visitDay.peek() ?? "";
      openVisitCard(null);
      leadsNowhere(t("link.noVisit", { id, day }));
    }),
  ];
  addEventListener("popstate", openNamed);
  return () => {
    removeEventListener("popstate", openNamed);
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
