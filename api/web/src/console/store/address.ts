/** The card that a link leads to, as the report's do: `#incident=12`, `#visit=7&day=2026-06-08`. */

import { openVisitCard, selectIncident, tab } from "./selection.ts";
import { showDay } from "./visits.ts";

const idOf = (text: string | null) => (text && /^[1-9]\d*$/.test(text) ? Number(text) : null);

function openLinked(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  const incident = idOf(given.get("incident"));
  const visit = idOf(given.get("visit"));
  const day = given.get("day");
  if (incident !== null) selectIncident(incident);
  if (visit !== null && day) {
    tab.value = "visits";
    showDay(day);
    openVisitCard(visit);
  }
  if (incident === null && visit === null) return;
  // Loaded anew, the page goes on with whatever is looked at then.
  history.replaceState(null, "", location.pathname + location.search);
}

/** Opens what the address names, now and whenever another link is followed, until ended. */
export function followAddress(): () => void {
  openLinked();
  addEventListener("hashchange", openLinked);
  return () => removeEventListener("hashchange", openLinked);
}
