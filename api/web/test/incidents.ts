/** Small incidents for tests: a call at noon with half an hour to go. */

import type { Incident } from "@roadflare/kit/contract.ts";

export const NOON = Date.parse("2026-03-01T12:00:00Z");
export const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();

export function incident(id: number, part: Partial<Incident> = {}): Incident {
  return {
    id,
    etag: '"1"',
    number: `R-${1000 + id}`,
    region: "town",
    channel: "phone",
    case_ref: null,
    state: "waiting",
    outcome: null,
    received_at: at(0),
    target_at: at(30),
    promised_at: at(30),
    promise_reason: null,
    eta_at: null,
    eta_range: null,
    arrived_at: null,
    closed_at: null,
    risk: "normal",
    urban: true,
    area: "Town",
    location: { lon: 113, lat: 23, text: "Sun Street 1", confidence: 1, note: "" },
    caller: { name: "Li", phone: "138****1234" },
    vehicle: { vin: null, plate: "粤AD12345", model: "P7", purchased_on: null, colour: null },
    fault: "tyre",
    scenario: null,
    symptom: null,
    effect: null,
    state_of_charge_pct: null,
    drivable: null,
    safe_place: null,
    n_people: null,
    warnings: [],
    note: null,
    entitlement: { free: true, reason: { zh: "三年内", en: "Within three years" } },
    triage: { outcome: "job", priority: 2, options: [] },
    job: null,
    contractor: null,
    merged_into: null,
    n_calls: 1,
    track_url: null,
    ...part,
  };
}
