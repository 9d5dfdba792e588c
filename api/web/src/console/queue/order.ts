/** The queue's order: what is in danger first, not what came first. */

import type { Incident, IncidentState, Risk } from "@roadflare/kit/contract.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { helperOf } from "./helper.ts";

const RISK_RANK: Record<Risk, number> = { breached: 0, at_risk: 1, normal: 2 };

export type QueueFilter = "all" | "waiting" | "at_risk" | "breached" | "no_unit";

/** Seconds between the expected arrival and the target; without an ETA, between now and it. */
export function slackS(incident: Incident, nowMs: number): number {
  const arrivalMs = incident.eta_at ? Math.max(nowMs, Date.parse(incident.eta_at)) : nowMs;
  return (Date.parse(incident.target_at) - arrivalMs) / 1000;
}

/** Somebody is at the car: the promise is settled. */
export const isServed = (incident: Incident) => incident.arrived_at !== null;

/**
 * Unserved before served; breached, at risk, normal; in danger before safe places; then by slack.
 * Equal ones stay in the order of their numbers, so that rows do not swap places for nothing.
 */
export function byRisk(nowMs: number) {
  return (a: Incident, b: Incident): number =>
    Number(isServed(a)) - Number(isServed(b)) ||
    RISK_RANK[a.risk] - RISK_RANK[b.risk] ||
    Number(b.safe_place === false) - Number(a.safe_place === false) ||
    slackS(a, nowMs) - slackS(b, nowMs) ||
    a.id - b.id;
}

function passes(incident: Incident, filter: QueueFilter): boolean {
  if (filter === "all") return true;
  if (isServed(incident)) return false;
  if (filter === "waiting") return incident.state === "waiting";
  if (filter === "no_unit") return !(incident.job?.unit_id || helperOf(incident));
  return incident.risk === filter;
}

function mentions(incident: Incident, words: string[]): boolean {
  const text = [
    incident.number,
    placeText(incident.location.text),
    incident.vehicle.plate,
    incident.vehicle.model,
    incident.caller.name,
    incident.job?.unit_code,
    incident.contractor?.name,
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export function queueOf(
  incidents: readonly Incident[],
  nowMs: number,
  filter: QueueFilter = "all",
  search = "",
): Incident[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return incidents
    .filter((incident) => passes(incident, filter) && mentions(incident, words))
    .sort(byRisk(nowMs));
}

/** How far along it is, in one word; a waiting incident that has a unit is planned. */
export const stageOf = (incident: Incident): IncidentState | "planned" =>
  incident.state === "waiting" && incident.job?.unit_id ? "planned" : incident.state;
