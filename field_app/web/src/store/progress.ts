/** How far a job is when what its list does not show yet is counted in: the page must go on. */

import type { FieldEvent, FieldEventKind, FieldJob, UnitState } from "@roadflare/kit/contract.ts";

type Standing = Pick<FieldJob, "state" | "allowed" | "take_back_until">;

const REFUSALS: FieldEventKind[] = ["declined", "gone_on_arrival", "not_possible"];
const ENDINGS = new Set<FieldEventKind>([...REFUSALS, "done"]);

/** For so long after it "at the car" can be taken back; the server allows as much. */
const TAKE_BACK_MS = 600_000;

function after(job: FieldJob, { kind, at }: FieldEvent): Standing {
  const rest = { take_back_until: null };
  if (ENDINGS.has(kind)) return { ...rest, state: "done", allowed: [] };
  if (kind === "rolling" || kind === "not_there") {
    return { ...rest, state: "rolling", allowed: ["arrived", ...REFUSALS] };
  }
  if (kind === "arrived") {
    const loading: FieldEventKind[] = job.destination ? ["loaded"] : [];
    return {
      state: "on_site",
      allowed: [...loading, "done", "gone_on_arrival", "not_possible"],
      take_back_until: new Date(Date.parse(at) + TAKE_BACK_MS).toISOString(),
    };
  }
  if (kind === "loaded") return { ...rest, state: "loaded", allowed: ["done", "not_possible"] };
  return { ...job, allowed: job.allowed.filter((allowed) => allowed !== "accepted") };
}

const allows = (job: FieldJob, kind: FieldEventKind) =>
  kind === "not_there" ? job.state === "on_site" : job.allowed.includes(kind);

/** Whether it can still be taken back that the unit is at the car. */
export const mayTakeBack = ({ take_back_until: until }: FieldJob, now: number) =>
  Boolean(until) && now < Date.parse(until ?? "");

/**
 * The job as the technician left it. The server's word replaces it with the next list.
 *
 * What the job does not allow is what it has behind it: it is never set back, but for an arrival that is
 * taken back.
 */
export function withReports(job: FieldJob, reports: readonly FieldEvent[]): FieldJob {
  let standing = job;
  for (const event of reports) {
    if (event.job_id !== job.job_id || !allows(standing, event.kind)) continue;
    standing = { ...standing, ...after(standing, event) };
  }
  return standing;
}

const DOING: Partial<Record<FieldJob["state"], UnitState>> = {
  rolling: "rolling",
  on_site: "on_site",
  loaded: "loaded",
  done: "idle",
};

/** What the unit is at by its job as the technician left it: its list may still say otherwise. */
export const unitStateOf = (listed: UnitState, job: Pick<FieldJob, "state"> | null): UnitState =>
  (job && DOING[job.state]) ?? listed;

/** The one next step for the big button, what else can be reported, and the ways out. */
export function stepsOf(job: FieldJob): {
  primary: FieldEventKind | null;
  others: FieldEventKind[];
  waysOut: FieldEventKind[];
} {
  const forward = job.allowed.filter((kind) => !REFUSALS.includes(kind));
  const [primary = null, ...rest] = forward;
  // Rescue may end at the car after all; a car that is fetched or brought back has to get there.
  const others = job.kind === "transfer" ? rest.filter((kind) => kind !== "done") : rest;
  return { primary, others, waysOut: job.allowed.filter((kind) => REFUSALS.includes(kind)) };
}
