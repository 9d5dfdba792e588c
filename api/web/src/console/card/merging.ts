/** Which other open incidents may be of the same car, and which of two goes on. */

import type { Incident, LonLat } from "@roadflare/kit/contract.ts";
import { secondsBetween } from "@roadflare/kit/format.ts";
import { distanceM } from "@roadflare/kit/map/geo.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { mayDispatch } from "../store/world.ts";

export const mayMerge = (incident: Incident): boolean =>
  mayDispatch.value && incident.state !== "closed";

/** What speaks for and against two incidents being of one car. */
export interface Likeness {
  sameCar: boolean;
  /** Plate or VIN of both are known, and not the same. */
  otherCar: boolean;
  /** As far as it is shown. */
  samePhone: boolean;
  apartM: number;
  apartS: number;
}

const NEAR_M = 1000;
const SOON_S = 3600;

const placeOf = ({ location }: Incident): LonLat => [location.lon, location.lat];

export function likeness(a: Incident, b: Incident): Likeness {
  const known = [
    [a.vehicle.plate, b.vehicle.plate],
    [a.vehicle.vin, b.vehicle.vin],
  ].filter(([one, other]) => one && other);
  return {
    sameCar: known.some(([one, other]) => one === other),
    otherCar: known.some(([one, other]) => one !== other),
    samePhone: a.caller.phone !== "" && a.caller.phone === b.caller.phone,
    apartM: distanceM(placeOf(a), placeOf(b)),
    apartS: Math.abs(secondsBetween(a.received_at, b.received_at)),
  };
}

export const isLikely = (it: Likeness): boolean =>
  it.sameCar || (!it.otherCar && (it.samePhone || (it.apartM <= NEAR_M && it.apartS <= SOON_S)));

/** What is known of car and number says more than any place and time. */
const doubt = (it: Likeness): number => (it.sameCar ? 0 : it.otherCar ? 3 : it.samePhone ? 1 : 2);

/** The smaller, the nearer: place and time, each as a share of what is near. */
const remoteness = (it: Likeness): number => it.apartM / NEAR_M + it.apartS / SOON_S;

const byLikeness = (a: Duplicate, b: Duplicate): number =>
  doubt(a.like) - doubt(b.like) ||
  remoteness(a.like) - remoteness(b.like) ||
  a.incident.id - b.incident.id;

const digits = (text: string) => text.replace(/^\D*0*/, "");

function mentions(incident: Incident, words: string[]): boolean {
  const { number, vehicle, caller, location } = incident;
  const text = [number, vehicle.plate, vehicle.vin, vehicle.model, caller.name].join(" ");
  const all = `${text} ${caller.phone} ${placeText(location.text)}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

export interface Duplicate {
  incident: Incident;
  like: Likeness;
}

/** The other open incidents, the likeliest first; the one of that number, or those that fit. */
export function duplicatesOf(
  incident: Incident,
  incidents: readonly Incident[],
  typed = "",
): Duplicate[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const others = incidents.filter(({ id, state }) => id !== incident.id && state !== "closed");
  const named = others.filter(({ number }) => /\d/.test(typed) && digits(number) === digits(typed));
  return (named.length > 0 ? named : others.filter((one) => mentions(one, words)))
    .map((one) => ({ incident: one, like: likeness(incident, one) }))
    .sort(byLikeness);
}

export interface Pair {
  gone: Incident;
  kept: Incident;
}

/** Somebody is or was at the car: only another one can be joined with it. */
export const isHelped = ({ arrived_at, state }: Incident): boolean =>
  arrived_at !== null || state === "on_site" || state === "towing";

const RANK = { waiting: 0, assigned: 1, rolling: 2, on_site: 3, towing: 3, closed: 0 };
const rank = (it: Incident) => (isHelped(it) ? RANK.on_site : RANK[it.state]);

/** Whose help has come further goes on; of equals the one that called first. */
export function pairOf(a: Incident, b: Incident): Pair {
  const order = rank(a) - rank(b) || secondsBetween(a.received_at, b.received_at) || b.id - a.id;
  return order >= 0 ? { gone: b, kept: a } : { gone: a, kept: b };
}

/** What goes on: the later call's number, the surer place, the earlier promise. */
export function outcomeOf({ gone, kept }: Pair) {
  const isLater = secondsBetween(kept.received_at, gone.received_at) >= 0;
  const surer = gone.location.confidence - kept.location.confidence;
  return {
    calledBack: isLater ? gone : kept,
    place: !isHelped(kept) && (surer > 0 || (surer === 0 && isLater)) ? gone : kept,
    promise: secondsBetween(gone.target_at, kept.target_at) > 0 ? gone : kept,
  };
}
