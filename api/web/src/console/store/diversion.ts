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

export interface Weighed {
  /** Of the incident that is to get the unit. */
  gets: CandidateList;
  /** Of the one that loses it; null for a booked visit. */
  loses: CandidateList | null;
}

const weighedFor = (id: number) => call<CandidateList>(`/incidents/${id}/candidates`);

/** Weighs every unit for both incidents by the plan in force. */
export async function weighDiversion(incidentId: number, unit: Unit): Promise<Weighed> {
  const loser = unit.job?.incident_id ?? null;
  const [gets, loses] = await Promise.all([
    weighedFor(incidentId),
    loser === null ? null : weighedFor(loser),
  ]);
  return { gets, loses };
}
