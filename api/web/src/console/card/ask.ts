/** Questions that need an answer before something is done. */

import { signal } from "@preact/signals";
import type { Incident } from "@roadflare/kit/contract.ts";

export interface Question {
  about: Incident;
  what: "cancel" | "solve" | "contractor" | "reveal" | "note" | "merge" | "eta";
}

/** Whether a contractor is on its way, which may come later or sooner than it said. */
export const mayChangeEta = (incident: Incident) => incident.contractor?.state === "accepted";

/** Whether an own unit says that it is at the car, which may be a mistake. */
export const mayTakeBackArrival = (incident: Incident) => incident.job?.state === "on_site";

export const question = signal<Question | null>(null);

export function ask(what: Question["what"], about: Incident): void {
  question.value = { what, about };
}
