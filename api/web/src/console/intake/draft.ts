/** A call being taken, and what of it is sent. */

import type { Channel, Fault, IncidentIn, LocationIn, LonLat } from "@roadflare/kit/contract.ts";

export interface Draft {
  safe: boolean | null;
  phone: string;
  name: string;
  placeBy: "map" | "address" | "road";
  pin: LonLat | null;
  address: string;
  ref: string;
  km: string;
  direction: string;
  placeNote: string;
  plate: string;
  model: string;
  vin: string;
  colour: string;
  /** "2024-03-14"; what the owner is entitled to depends on it. */
  purchasedOn: string;
  fault: Fault;
  symptom: string;
  scenario: string;
  soc: string;
  drivable: boolean | null;
  people: string;
  channel: Channel;
}

export const EMPTY: Draft = {
  safe: null,
  phone: "",
  name: "",
  placeBy: "map",
  pin: null,
  address: "",
  ref: "",
  km: "",
  direction: "",
  placeNote: "",
  plate: "",
  model: "",
  vin: "",
  colour: "",
  purchasedOn: "",
  fault: "breakdown",
  symptom: "",
  scenario: "",
  soc: "",
  drivable: null,
  people: "",
  channel: "phone",
};

/** Whether anything was filled in; where the place is to be looked for is no more than a view. */
export const isBegun = (draft: Draft, offered: Draft = EMPTY): boolean =>
  (Object.keys(EMPTY) as (keyof Draft)[]).some(
    (name) => name !== "placeBy" && draft[name] !== offered[name],
  );

/** The members that hold something: empty fields are not sent at all. */
export function filled<T extends Record<string, unknown>>(members: T): Partial<T> {
  const kept = Object.entries(members).filter(([, value]) => value !== "" && value !== null);
  return Object.fromEntries(kept) as Partial<T>;
}

const number = (text: string): number | null => (text.trim() === "" ? null : Number(text));

/** As read off the post: "K1234+500", "1234+500", or off a sign: "1234.5". */
const POST = /^[A-Z]{0,2}\s*(\d+)\s*[+＋]\s*(\d{1,3})\s*(?:M|米)?$/i;
const DECIMAL = /^K?\s*(\d+(?:[.,]\d+)?)\s*(?:KM|公里)?$/i;

/** The kilometre of a post; null where the text is none. */
export function kmOf(text: string): number | null {
  const [, km, metres] = POST.exec(text.trim()) ?? [];
  if (km && metres) return Number(km) + Number(metres) / 1000;
  const plain = DECIMAL.exec(text.trim())?.[1];
  return plain ? Number(plain.replace(",", ".")) : null;
}

export function locationOf(draft: Draft): LocationIn {
  if (draft.placeBy === "road") {
    return { ref: draft.ref, km: kmOf(draft.km) ?? 0, direction: draft.direction };
  }
  if (draft.pin) return { lon: draft.pin[0], lat: draft.pin[1], datum: "WGS-84" };
  return { address: draft.address };
}

export const carOf = ({ vin, plate, model, colour, purchasedOn }: Draft) =>
  filled({ vin, plate, model, colour, purchased_on: purchasedOn });

export const callerOf = ({ phone, name }: Draft) => ({ phone, ...filled({ name }) });

export function incidentOf(draft: Draft): IncidentIn {
  const optional = filled({
    location_note: draft.placeNote,
    scenario: draft.scenario,
    symptom: draft.symptom,
    state_of_charge_pct: number(draft.soc),
    drivable: draft.drivable,
    safe_place: draft.safe,
    n_people: number(draft.people),
  });
  return {
    channel: draft.channel,
    caller: callerOf(draft),
    vehicle: carOf(draft),
    location: locationOf(draft),
    fault: draft.fault,
    ...optional,
  } as IncidentIn;
}

/** Whether there is a place to send somebody to. */
export const hasPlace = (draft: Draft): boolean =>
  draft.placeBy === "road"
    ? draft.ref.trim() !== "" && kmOf(draft.km) !== null
    : draft.pin !== null || draft.address.trim() !== "";
