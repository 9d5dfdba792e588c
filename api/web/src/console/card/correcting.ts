/** What may still be corrected of an incident, and what of a correction is sent. */

import type { Incident, LocationIn } from "@roadflare/kit/contract.ts";
import { type Draft, hasPlace, locationOf } from "../intake/draft.ts";
import { mayTakeCalls } from "../store/world.ts";

const BEFORE_ARRIVAL = new Set<Incident["state"]>(["waiting", "assigned", "rolling"]);

export const mayNote = (incident: Incident): boolean =>
  mayTakeCalls.value && incident.state !== "closed";

/** Once a unit is at the car, its crew knows better. */
export const mayCorrectPlace = (incident: Incident): boolean =>
  mayTakeCalls.value && BEFORE_ARRIVAL.has(incident.state);

export interface Correction {
  location?: LocationIn;
  /** null: there is nothing to find any more. */
  location_note?: string | null;
}

/** What was filled in; what is left as it was offered stays as it is by now. */
export function correctionOf(draft: Draft, offered: Draft): Correction {
  const note = draft.placeNote.trim();
  return {
    ...(hasPlace(draft) ? { location: locationOf(draft) } : {}),
    ...(note === offered.placeNote ? {} : { location_note: note || null }),
  };
}
