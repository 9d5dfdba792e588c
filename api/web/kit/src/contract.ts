/**
 * The values that travel over `/api/v1`, from the server's own OpenAPI document (`npm run gen`).
 *
 * Where the document says only "text" or "object", the narrower type of `docs/architecture.md` is
 * put in its place.
 */

import type { FeatureCollection, LineString, MultiLineString } from "geojson";
import type { components } from "./api-types.ts";

type Schemas = components["schemas"];
/** `T` with some members' types replaced. */
type With<T, Members> = Omit<T, keyof Members> & Members;

export type LonLat = [lon: number, lat: number];
export type Bounds = [west: number, south: number, east: number, north: number];
export type Bilingual = Schemas["Bilingual"];

export type Incident = Schemas["IncidentOut"];
export type Fault = Incident["fault"];
export type Risk = Incident["risk"];
export type IncidentState = Incident["state"];
export type Channel = Incident["channel"];
export type JobState = Schemas["JobOut"]["state"];
export type OfferState = Schemas["ContractorOut"]["state"];
export type IncidentList = Schemas["Incidents"];
export type Appointment = Schemas["AppointmentOut"];
export type AppointmentIn = Schemas["AppointmentIn"];
export type CarHistory = Schemas["CarHistory"];
export type AppointmentKind = Appointment["kind"];
export type IncidentIn = Schemas["IncidentIn"];
export type LocationIn = IncidentIn["location"];
export type CallerNumber = Schemas["CallerNumber"];
export type Photo = Schemas["PhotoOut"];
export type MissingPhoto = Schemas["MissingPhotoOut"];
export type TimelineEntry = Schemas["TimelineItem"];

export type UnitKind = "tow" | "charge" | "repair" | "valet" | "electrician";
export type UnitState = "off_shift" | "idle" | "rolling" | "on_site" | "loaded" | "paused";
interface Kinds {
  kind: UnitKind;
  state: UnitState;
}

export type Candidate = With<Schemas["Candidate"], Kinds>;
export type ContractorChoice = Schemas["ContractorChoice"];
export type Diverted = Schemas["Diverted"];
export type Helper = Schemas["Helper"];
export type SilentHelper = Schemas["SilentHelper"];
export type CandidateList = With<Schemas["Candidates"], { items: Candidate[] }>;
type UnitJob = With<Schemas["UnitJob"], { state: JobState }>;
export type Unit = With<Schemas["UnitOut"], Kinds & { job: UnitJob | null }>;
export type RouteLegs = FeatureCollection<LineString>;
export type Me = Schemas["Me"];
export type RoadAt = Schemas["RoadAt"];
export type RoadReportIn = Schemas["RoadReportIn"];
export type RoadReport = With<Schemas["RoadReportOut"], { geometry: MultiLineString }>;
export type Alarm = Schemas["AlarmOut"];
export type Place = Schemas["PlaceOut"];
export type ServiceCentre = Schemas["ServiceCentreOut"];
export type Region = With<
  Schemas["RegionOut"],
  { areas: FeatureCollection; bounds: Bounds; center: LonLat }
>;
export type Session = Schemas["LoginOut"];
export type ServerTime = Schemas["ClockOut"];
export type Problem = Schemas["Problem"];

export type Stage = Schemas["Track"]["stage"];
export type Track = With<
  Schemas["Track"],
  {
    unit: With<Schemas["TrackUnit"], { kind: UnitKind }> | null;
    route: LineString | null;
    bounds: Bounds;
  }
>;

export type FieldEvent = Schemas["FieldEventIn"];
export type FieldEventKind = FieldEvent["kind"];
export type NoPhotoReason = NonNullable<FieldEvent["no_photo"]>;
export type FieldPhoto = Schemas["FieldPhoto"];
export type FieldResult = Schemas["FieldEventResult"];
export type FieldPosition = Schemas["FieldPositionIn"];
export type FieldShift = Schemas["FieldShiftIn"];
export type FieldJob = With<
  Schemas["FieldJob"],
  { state: JobState; allowed: FieldEventKind[]; fault: Fault | null }
>;
export type FieldJobs = With<
  Schemas["FieldJobs"],
  {
    unit: With<Schemas["FieldUnit"], Kinds>;
    current: FieldJob | null;
    next: FieldJob[];
    visits: FieldJob[];
  }
>;
export type FieldRoute = Schemas["DrivingRoute"];
