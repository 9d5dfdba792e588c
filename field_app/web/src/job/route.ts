/** The way to where the job is, found anew as the unit moves and time passes. */

import { signal } from "@preact/signals";
import type { FieldJob, FieldRoute, LonLat } from "@roadflare/kit/contract.ts";
import { here } from "../store/positions.ts";
import { call } from "../store/session.ts";
import { unsent } from "../store/sync.ts";
import { goalOf } from "./goal.ts";

interface KnownRoute {
  /** The job and where it leads: one that is moved is another leg. */
  leg: string;
  route: FieldRoute | null;
}

const known = signal<KnownRoute>({ leg: "", route: null });

/** The last time the way was asked for, whatever came of it. */
interface Asked {
  leg: string;
  from: LonLat;
  atMs: number;
  answered: boolean;
}

let asked: Asked | null = null;

const MOVED_M = 500;
const OLD_MS = 120_000;
const RETRY_MS = 10_000;
const METRES_A_DEGREE = 111_195;

const legOf = (job: FieldJob) => `${job.job_id} ${goalOf(job).wgs84.join(",")}`;

export function routeOf(job: FieldJob): FieldRoute | null {
  return known.value.leg === legOf(job) ? known.value.route : null;
}

/** Metres between places a few kilometres apart, as on a plane. */
function metresBetween([lon, lat]: LonLat, [toLon, toLat]: LonLat): number {
  const shrink = Math.cos((lat * Math.PI) / 180);
  return Math.hypot((toLon - lon) * shrink, toLat - lat) * METRES_A_DEGREE;
}

function isDue(leg: string, from: LonLat, nowMs: number): boolean {
  if (asked?.leg !== leg) return true;
  const ageMs = nowMs - asked.atMs;
  if (!asked.answered) return ageMs >= RETRY_MS;
  return ageMs >= OLD_MS || metresBetween(asked.from, from) >= MOVED_M;
}

/** Asks for the way where it is due and the phone knows where it is; to be called often. */
export async function findRoute(job: FieldJob): Promise<void> {
  const place = here.value;
  // What the server has not heard of yet, it would send the unit the wrong way for.
  if (!place || job.state === "on_site" || unsent.value.length > 0) return;
  const leg = legOf(job);
  const from: LonLat = [place.lon, place.lat];
  if (!isDue(leg, from, Date.now())) return;
  const asking = { leg, from, atMs: Date.now(), answered: false };
  asked = asking;
  try {
    const query = `from=${from.join(",")}`;
    const route = await call<FieldRoute>(`/field/jobs/${job.job_id}/route?${query}`);
    asking.answered = true;
    if (asked?.leg === leg) known.value = { leg, route };
  } catch {
    // The way known before stays; a later fix of the phone asks again.
  }
}
