/** The way to the job, fetched once for each leg. */

import { signal } from "@preact/signals";
import type { FieldJob, FieldRoute } from "@roadflare/kit/contract.ts";
import { here } from "../store/positions.ts";
import { call } from "../store/session.ts";

interface KnownRoute {
  leg: string;
  route: FieldRoute | null;
}

const known = signal<KnownRoute>({ leg: "", route: null });

const legOf = (job: FieldJob) => `${job.job_id} ${job.state === "loaded" ? "away" : "there"}`;

export function routeOf(job: FieldJob): FieldRoute | null {
  return known.value.leg === legOf(job) ? known.value.route : null;
}

/** Asks for the way if it is not known yet and the phone knows where it is. */
export async function findRoute(job: FieldJob): Promise<void> {
  const leg = legOf(job);
  const from = here.value;
  if (known.value.leg === leg || !from || job.state === "on_site") return;
  known.value = { leg, route: null };
  try {
    const query = `from=${from.lon},${from.lat}`;
    const route = await call<FieldRoute>(`/field/jobs/${job.job_id}/route?${query}`);
    if (known.value.leg === leg) known.value = { leg, route };
  } catch {
    // No way known: the next fix of the phone asks again.
    if (known.value.leg === leg) known.value = { leg: "", route: null };
  }
}
