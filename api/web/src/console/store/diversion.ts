/** A unit under way elsewhere is asked for: who loses it, and what becomes of that call. */

import { signal } from "@preact/signals";
import type { CandidateList, Unit } from "@roadflare/kit/contract.ts";
import { call } from "./session.ts";

export interface Diversion {
  incidentId: number;
  unitId: number;
}

/** The question that is open: nobody is taken away without it. */
export const diversion = signal<Diversion | null>(null);

const UNDER_WAY = new Set(["ordered", "rolling"]);

/** Whether a unit is ordered or rolls to something else than this incident. */
export const isElsewhere = ({ job }: Unit, incidentId: number): boolean =>
  UNDER_WAY.has(job?.state ?? "") && job?.incident_id !== incidentId;

/** Weighs every unit for the incident that is to get one, by the plan in force. */
export const weighDiversion = (incidentId: number): Promise<CandidateList> =>
  call<CandidateList>(`/incidents/${incidentId}/candidates`);
