/** The values that travel over `/api/v1`, as `docs/architecture.md` names them. */

import type { Feature, FeatureCollection, LineString } from "geojson";

export type LonLat = [lon: number, lat: number];
export interface Bilingual {
  zh: string;
  en: string;
}

export type Fault =
  | "flat_battery"
  | "breakdown"
  | "accident"
  | "tyre"
  | "keys_locked_in"
  | "charger"
  | "other";
export type UnitKind = "tow" | "charge" | "repair" | "valet" | "electrician";
export type UnitState = "off_shift" | "idle" | "rolling" | "on_site" | "loaded" | "paused";
export type Risk = "normal" | "at_risk" | "breached";
export type IncidentState = "waiting" | "assigned" | "rolling" | "on_site" | "towing" | "closed";
export type JobState =
  | "open"
  | "ordered"
  | "rolling"
  | "on_site"
  | "loaded"
  | "done"
  | "cancelled"
  | "failed";
export type Lock = "free" | "unit" | "order" | "full";
export type Channel = "phone" | "app" | "wechat" | "chat" | "ecall" | "store";
export type Datum = "WGS-84" | "GCJ-02" | "BD-09";

export interface Session {
  token: string;
  role: string;
  name: string;
  region: string;
  unit_id: number | null;
  expires_at: string;
}

export interface ServerTime {
  now: string;
  speed: number;
}

export interface ServiceCentre {
  id: number;
  skills: string[];
  name: string;
  lon: number;
  lat: number;
}

export interface Region {
  name: string;
  title: Bilingual;
  bounds: [number, number, number, number];
  center: LonLat;
  attribution: string;
  basemap: string | null;
  timezone?: string | null;
  areas: FeatureCollection;
  centres: ServiceCentre[];
}

export interface TimelineEntry {
  at: string;
  kind: string;
  text: Bilingual;
  unit_code: string | null;
}

export interface IncidentLocation {
  lon: number;
  lat: number;
  text: string;
  confidence: number;
  note: string;
}

export interface Vehicle {
  vin?: string | null;
  plate?: string | null;
  model?: string | null;
  purchased_on?: string | null;
  colour?: string | null;
}

export interface IncidentJob {
  id: number;
  state: JobState;
  option: string | null;
  lock: Lock;
  unit_id: number | null;
  unit_code: string | null;
  planned_sequence: number | null;
  planned_arrival_at: string | null;
  ordered_at: string | null;
  rolling_at: string | null;
  arrived_at: string | null;
  done_at: string | null;
}

export interface TriageOption {
  name: string;
  label: Bilingual;
  needs: string[];
}

export interface Incident {
  id: number;
  number: string;
  region: string;
  channel: Channel;
  case_ref: string | null;
  state: IncidentState;
  outcome: string | null;
  received_at: string;
  target_at: string;
  promised_at: string | null;
  promise_reason: Bilingual | null;
  eta_at: string | null;
  eta_range: [string, string] | null;
  arrived_at: string | null;
  closed_at: string | null;
  risk: Risk;
  urban: boolean;
  area: string;
  location: IncidentLocation;
  caller: { name: string | null; phone: string };
  vehicle: Vehicle;
  fault: Fault;
  scenario: string | null;
  symptom: string | null;
  effect: string | null;
  state_of_charge_pct: number | null;
  drivable: boolean | null;
  safe_place: boolean | null;
  n_people: number | null;
  warnings: string[];
  entitlement: { free: boolean; reason: Bilingual };
  triage: { outcome: string; priority: number; options: TriageOption[] };
  job: IncidentJob | null;
  contractor: { id: number; name: string; state: string; eta_at: string | null } | null;
  merged_into: number | null;
  n_calls: number;
  track_url: string | null;
  timeline?: TimelineEntry[] | null;
}

export interface IncidentList {
  items: Incident[];
  plan_version: number;
}

export interface Candidate {
  unit_id: number;
  unit_code: string;
  name: string;
  kind: UnitKind;
  state: UnitState;
  chosen: boolean;
  arrival_at: string | null;
  on_time: boolean;
  extra_cost_cny: number | null;
  terms: Record<string, number>;
  forbidden: { rule: string; text: Bilingual } | null;
  effects: { incident_number: string; delay_s: number }[];
}

export interface CandidateList {
  plan_version: number;
  items: Candidate[];
}

export interface UnitJob {
  incident_id: number | null;
  incident_number: string;
  state: JobState;
  option: string | null;
  target: { lon: number; lat: number };
  eta_at: string | null;
}

export interface Unit {
  id: number;
  code: string;
  name: string;
  kind: UnitKind;
  ownership: "own" | "contractor";
  has: string[];
  state: UnitState;
  lon: number | null;
  lat: number | null;
  position_at: string | null;
  kwh: number;
  shift_end_at: string | null;
  job: UnitJob | null;
  next: {
    incident_id: number | null;
    incident_number: string;
    planned_arrival_at: string | null;
  }[];
}

export type RouteLegs = FeatureCollection<LineString>;

export interface Alarm {
  id: number;
  at: string;
  kind: string;
  incident_id: number | null;
  incident_number: string | null;
  text: Bilingual;
  acknowledged_at: string | null;
}

export interface Place {
  text: string;
  kind: string;
  lon: number;
  lat: number;
  confidence: number;
}

export type LocationIn =
  | { lon: number; lat: number; datum: Datum }
  | { address: string }
  | { ref: string; km: number; direction: string };

export interface IncidentIn {
  channel: Channel;
  caller: { name?: string; phone: string };
  vehicle: Vehicle;
  location: LocationIn;
  location_note?: string;
  fault: Fault;
  scenario?: string;
  symptom?: string;
  effect?: string;
  state_of_charge_pct?: number;
  drivable?: boolean;
  safe_place?: boolean;
  n_people?: number;
}

export type Stage =
  | "received"
  | "assigned"
  | "finishing_other_job"
  | "on_the_way"
  | "at_car"
  | "towing"
  | "done"
  | "cancelled";

export interface Track {
  number: string;
  state: string;
  stage: Stage;
  promised_at: string | null;
  promise_reason: Bilingual | null;
  eta_range: [string, string] | null;
  eta_at: string | null;
  location: { lon: number; lat: number; text: string };
  unit: {
    name: string;
    kind: UnitKind;
    lon: number | null;
    lat: number | null;
    plate: string | null;
  } | null;
  route: LineString | Feature<LineString> | null;
  free: boolean;
  free_reason: Bilingual | null;
  safe_place?: boolean | null;
  timeline: TimelineEntry[];
  can_cancel: boolean;
  can_rate: boolean;
  rating: { stars: number; text: string } | null;
  now: string;
  basemap: string | null;
  bounds: [number, number, number, number];
  attribution: string;
  kind: "incident" | "appointment";
  window: [string, string] | null;
  code: string | null;
  call?: string | null;
}

export type FieldEventKind =
  | "accepted"
  | "rolling"
  | "arrived"
  | "loaded"
  | "done"
  | "declined"
  | "gone_on_arrival"
  | "not_possible";

export interface FieldJob {
  job_id: number;
  incident_id: number | null;
  number: string;
  kind: string;
  option: string | null;
  label: Bilingual;
  state: JobState;
  allowed: FieldEventKind[];
  target_at: string | null;
  planned_arrival_at: string | null;
  location: { lon: number; lat: number; text: string; note: string | null };
  gcj02: LonLat;
  destination: { name: string; lon: number; lat: number; gcj02: LonLat } | null;
  vehicle: {
    plate: string | null;
    model: string | null;
    colour: string | null;
    vin_end: string | null;
  };
  caller: { name: string | null; phone: string } | null;
  fault: Fault | null;
  symptom: string | null;
  safe_place: boolean | null;
  notes: string | null;
  service_s: number | null;
}

export interface FieldJobs {
  unit: {
    id: number;
    code: string;
    name: string;
    kind: UnitKind;
    state: UnitState;
    shift_end_at: string | null;
  };
  now: string;
  version: number;
  current: FieldJob | null;
  next: FieldJob[];
  visits: FieldJob[];
}

export interface FieldEvent {
  client_id: string;
  at: string;
  kind: FieldEventKind;
  job_id: number;
  reason?: string;
  data?: Record<string, unknown>;
}

export interface FieldResult {
  client_id: string;
  status: "applied" | "duplicate" | "late" | "rejected";
  detail: string | null;
}

export interface FieldPosition {
  at: string;
  lon: number;
  lat: number;
  accuracy_m?: number;
  speed_kph?: number;
  heading_deg?: number;
}

export interface FieldRoute {
  duration_s: number;
  length_m: number;
  points: LonLat[];
  elapsed_s: number[];
  streets: [name: string, metres: number][];
}
