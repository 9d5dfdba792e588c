/**
 * The server's state as last fetched. A cache and nothing more: what the server said last stands.
 */

import { computed, signal } from "@preact/signals";
import type {
  Alarm,
  Incident,
  IncidentList,
  Me,
  Region,
  RoadReport,
  Unit,
} from "@roadflare/kit/contract.ts";
import { type Connection, openStream } from "@roadflare/kit/event_stream.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { patiently } from "@roadflare/kit/patiently.ts";
import { type Refresher, refresher } from "./refresher.ts";
import { tellRefusal } from "./refusals.ts";
import { call, logOut, renew, token } from "./session.ts";
import { problemText } from "./toasts.ts";

export const region = signal<Region | null>(null);
/** Why there is no region yet. */
export const regionFault = signal<string | null>(null);
/** Who is logged in; null until the server has said so. */
export const me = signal<Me | null>(null);
/** null: not loaded yet. */
export const incidents = signal<Incident[] | null>(null);
export const planVersion = signal(0);
/** Local milliseconds at which the lists were fetched last; null before the first time. */
export const incidentsAt = signal<number | null>(null);
export const unitsAt = signal<number | null>(null);
export const alarmsAt = signal<number | null>(null);
export const roadsAt = signal<number | null>(null);
export const units = signal<Unit[]>([]);
export const alarms = signal<Alarm[]>([]);
/** Closures and slower traffic in force; empty for who may not see them. */
export const roadReports = signal<RoadReport[]>([]);
export const closedToday = signal<Incident[]>([]);
export const loadFault = signal<string | null>(null);
export const connection = signal<Connection>({ connected: false, heardAt: null });
/** Grows with every event of an incident or unit; cards watch it to fetch again. */
export const eventCount = signal(0);
/** The incident that the newest event is about, if it is about one; `n` is `eventCount` then. */
export const lastTouched = signal<{ n: number; incidentId: number | null }>({
  n: 0,
  incidentId: null,
});

export const incidentById = computed(
  () => new Map((incidents.value ?? []).map((incident) => [incident.id, incident])),
);
export const unitById = computed(() => new Map(units.value.map((unit) => [unit.id, unit])));

const DAY_MS = 24 * 3600 * 1000;
const UNITS_EVERY_MS = 2000;
const SAFETY_NET_MS = 20_000;
/** In a storm something happens several times a second, and a list is long. */
const LISTS_APART_MS = 1000;

/** Returns whether it could. */
export async function fetchIncidents(): Promise<boolean> {
  if (!mayTakeCalls.value) return false;
  try {
    const list = await call<IncidentList>("/incidents?state=open&limit=500");
    incidents.value = list.items;
    planVersion.value = list.plan_version;
    incidentsAt.value = Date.now();
    loadFault.value = null;
    return true;
  } catch (error) {
    loadFault.value = problemText(error);
    return false;
  }
}

async function fetchUnits(): Promise<void> {
  if (!mayDispatch.value) return;
  try {
    units.value = (await call<{ items: Unit[] }>("/units")).items;
    unitsAt.value = Date.now();
  } catch {
    // The connection mark already says that the server is out of reach.
  }
}

async function fetchAlarms(): Promise<void> {
  if (!mayDispatch.value) return;
  try {
    const { items } = await call<{ items: Alarm[] }>("/alarms");
    alarms.value = items.filter((alarm) => !alarm.acknowledged_at);
    alarmsAt.value = Date.now();
  } catch {
    // As above.
  }
}

/** Roles that may ask for reports of roads. */
export const ROAD_KEEPERS: readonly Me["role"][] = ["dispatcher", "planner", "admin"];
export const mayKeepRoads = computed(
  () => me.value !== null && ROAD_KEEPERS.includes(me.value.role),
);

/** Whether incidents are changed by who is logged in; taken for granted until that is known. */
export const mayTakeCalls = computed(
  () => me.value === null || ["call_taker", "dispatcher"].includes(me.value.role),
);

/** Whether units are sent and weighed by who is logged in; taken for granted until that is known. */
export const mayDispatch = computed(() => me.value === null || me.value.role === "dispatcher");

async function fetchRoads(): Promise<void> {
  try {
    me.value ??= await call<Me>("/me");
    if (!mayKeepRoads.value) return;
    roadReports.value = (await call<{ items: RoadReport[] }>("/road-reports")).items;
    roadsAt.value = Date.now();
  } catch {
    // As above.
  }
}

async function fetchClosed(): Promise<void> {
  try {
    const list = await call<IncidentList>("/incidents?state=closed&limit=500");
    const newest = Math.max(0, ...list.items.map((one) => Date.parse(one.received_at)));
    closedToday.value = list.items.filter((one) => newest - Date.parse(one.received_at) < DAY_MS);
  } catch {
    // As above.
  }
}

/** Takes over what the server answered to an edit, so that the next one builds on it. */
export function learn(changed: Incident): void {
  if (incidents.value === null) return;
  const others = incidents.value.filter(({ id }) => id !== changed.id);
  incidents.value = changed.state === "closed" ? others : [...others, changed];
}

let pokes: Refresher[] = [];

/** Something was changed from here: do not wait for the event to say so. */
export function refreshSoon(): void {
  for (const one of pokes) one.poke();
}

export const retryLoading = () => void fetchIncidents();

async function fetchRegion(): Promise<void> {
  try {
    region.value = await call<Region>("/region");
    timezone.value = region.value.timezone;
    regionFault.value = null;
  } catch (error) {
    regionFault.value = problemText(error);
    throw error;
  }
}

/** Loads everything and keeps it fresh until the returned function is called. */
export function follow(): () => void {
  const incidentsSoon = refresher(fetchIncidents, 250, LISTS_APART_MS);
  const unitsSoon = refresher(fetchUnits, 250, LISTS_APART_MS);
  const alarmsSoon = refresher(fetchAlarms, 250);
  const closedSoon = refresher(fetchClosed, 3000);
  const roadsSoon = refresher(fetchRoads, 250);
  pokes = [incidentsSoon, unitsSoon, roadsSoon];
  const all = [incidentsSoon, unitsSoon, alarmsSoon, closedSoon, roadsSoon];

  const ended = new AbortController();
  timezone.value ??= null;
  void patiently(fetchRegion, ended.signal);
  void fetchIncidents();
  void fetchUnits();
  void fetchAlarms();
  void fetchClosed();
  void fetchRoads();

  const stream = openStream({
    url: "/api/v1/events",
    token: () => token.value,
    renew,
    onEvent(event) {
      const kind = event.event ?? "";
      eventCount.value += 1;
      const { incident_id } = JSON.parse(event.data) as { incident_id: number | null };
      lastTouched.value = { n: eventCount.value, incidentId: incident_id };
      incidentsSoon.poke();
      if (kind.startsWith("unit.") || kind.startsWith("job.")) unitsSoon.poke();
      if (kind.startsWith("alarm.")) alarmsSoon.poke();
      if (kind.startsWith("road.")) roadsSoon.poke();
      void tellRefusal(event);
      if (kind === "incident.closed" || kind === "incident.cancelled") {
        closedSoon.poke();
        alarmsSoon.poke(); // what is over alarms nobody
      }
    },
    onReconnect: () => {
      for (const one of all) one.poke();
    },
    onRefused: () => logOut("refused"),
  });
  const unwatch = stream.connection.subscribe((value) => {
    connection.value = value;
  });
  const polls = [
    setInterval(() => unitsSoon.poke(), UNITS_EVERY_MS),
    setInterval(() => {
      incidentsSoon.poke();
      alarmsSoon.poke();
      roadsSoon.poke(); // they run out without an event
    }, SAFETY_NET_MS),
  ];
  return () => {
    me.value = null;
    roadReports.value = [];
    ended.abort();
    stream.close();
    unwatch();
    for (const poll of polls) clearInterval(poll);
    for (const one of all) one.stop();
  };
}
