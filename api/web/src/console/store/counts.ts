/** The numbers at the top of the screen. */

import type { Incident, Unit } from "@roadflare/kit/contract.ts";

export interface Counts {
  waiting: number;
  at_risk: number;
  breached: number;
  idle: number;
  rolling: number;
  on_site: number;
}

export function countAll(open: readonly Incident[], units: readonly Unit[]): Counts {
  const unserved = open.filter((incident) => !incident.arrived_at);
  const inState = (...states: string[]) => units.filter((u) => states.includes(u.state)).length;
  return {
    waiting: unserved.filter((incident) => incident.state === "waiting").length,
    at_risk: unserved.filter((incident) => incident.risk === "at_risk").length,
    breached: unserved.filter((incident) => incident.risk === "breached").length,
    idle: inState("idle"),
    rolling: inState("rolling"),
    on_site: inState("on_site", "loaded"),
  };
}

/** Whether the promise was kept; null while that is open, or where nobody was owed an arrival. */
export function promiseKept(incident: Incident): boolean | null {
  if (incident.outcome === "merged") return null;
  if (incident.arrived_at) return incident.arrived_at <= incident.target_at;
  if (incident.outcome === "solved_remotely") return true;
  if (incident.closed_at) return incident.closed_at > incident.target_at ? false : null;
  return incident.risk === "breached" ? false : null;
}

/** Share of promises kept and how many fell due; null when none did. */
export function keptShare(all: readonly Incident[]): { share: number; due: number } | null {
  const due = all.map(promiseKept).filter((kept) => kept !== null);
  if (due.length === 0) return null;
  return { share: due.filter(Boolean).length / due.length, due: due.length };
}
