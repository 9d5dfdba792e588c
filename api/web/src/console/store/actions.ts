/** What the dispatcher does to incidents; each says its result and fetches anew. */

import { effect, signal } from "@preact/signals";
import type { CallerNumber, CandidateList, Incident, Unit } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { pairOf, said } from "@roadflare/kit/words.ts";
import { t } from "../words.ts";
import { candidatesOf, reloadDetail, weighAgain } from "./detail.ts";
import { diversion, isElsewhere } from "./diversion.ts";
import { selectedIncidentId, selectIncident } from "./selection.ts";
import { call } from "./session.ts";
import { shownIncidentId } from "./shown.ts";
import { say, sayBad, sayProblem } from "./toasts.ts";
import {
  alarms,
  fetchIncidents,
  incidentById,
  learn,
  planVersion,
  refreshSoon,
  unitById,
} from "./world.ts";

/** What went wrong, as it was said; empty where nothing did. */
type Fault = string;

async function doing<T>(work: () => Promise<T>, result: (answer: T) => void): Promise<Fault> {
  try {
    result(await work());
    return "";
  } catch (error) {
    return sayFailed(error);
  } finally {
    refreshSoon();
  }
}

/** What was sent and not answered may have been done; nothing sends it again by itself. */
const sayFailed = (error: unknown): Fault =>
  error instanceof OfflineError ? sayBad(t("fail.unanswered")) : sayProblem(error);

interface Change {
  action?: string;
  method?: string;
  body?: unknown;
  idempotencyKey?: string;
}

async function send(
  incident: Incident,
  result: (changed: Incident) => void,
  { action, ...rest }: Change,
): Promise<Incident> {
  const path = [`/incidents/${incident.id}`, action].filter(Boolean).join("/");
  const changed = await call<Incident>(path, { body: {}, ...rest, ifMatch: incident.etag });
  learn(changed);
  result(changed);
  // The plan has just changed, by this very hand.
  if (changed.state !== "closed") void weighAgain(incident.id);
  return changed;
}

/** What was sent and is not answered yet, by what is wished of which incident. */
const underWay = new Map<string, Promise<Fault>>();

/**
 * Changes an incident as it was seen; what the server answers is seen at once. The same wish, while
 * it is not answered yet, is one: sent twice the second would be refused as somebody else's.
 */
function change(
  incident: Incident,
  result: (changed: Incident) => void,
  options: Change = {},
): Promise<Fault> {
  const { action, method, body } = options;
  const wish = JSON.stringify([incident.id, action, method, body]);
  const before = underWay.get(wish);
  if (before) return before;
  const now = changeOnce(incident, result, options).finally(() => underWay.delete(wish));
  underWay.set(wish, now);
  return now;
}

async function changeOnce(
  incident: Incident,
  result: (changed: Incident) => void,
  options: Change,
): Promise<Fault> {
  try {
    await send(incident, result, options);
    return "";
  } catch (error) {
    if (isOvertaken(error)) return sayBad(t("fail.changed", { number: incident.number }));
    return isStale(error) ? await sayStale(incident.id) : sayFailed(error);
  } finally {
    refreshSoon();
    reloadDetail();
  }
}

const CHANGED_MEANWHILE = 412;

const isOvertaken = (error: unknown) =>
  error instanceof ProblemError && error.status === CHANGED_MEANWHILE;

const isStale = (error: unknown) => error instanceof ProblemError && error.code === "stale_plan";

/** Says that another plan is in force, once what the next press builds on is of that plan. */
async function sayStale(id: number): Promise<Fault> {
  const fresh =
    (await weighAgain(id)) || (selectedIncidentId.value !== id && (await fetchIncidents()));
  return sayBad(t(fresh ? "fail.staleFresh" : "fail.stale"));
}

/** An incident as it is now, so that what is asked next builds on that; as it was, out of reach. */
export async function seenAnew(incident: Incident): Promise<Incident> {
  try {
    const found = await call<Incident>(`/incidents/${incident.id}`);
    learn(found);
    return found;
  } catch {
    return incident; // what failed before has said so already
  }
}

export async function assign(incidentId: number, unitId: number): Promise<void> {
  const incident = incidentById.value.get(incidentId);
  const unit = unitById.value.get(unitId);
  if (!incident || !unit) return;
  const known = candidatesOf(incidentId);
  const forbidden = known?.items.find((one) => one.unit_id === unitId)?.forbidden;
  if (forbidden) {
    say(t("fail.forbidden", { unit: unit.code, reason: said(forbidden.text) }), { tone: "bad" });
    return;
  }
  if (isElsewhere(unit, incidentId)) {
    diversion.value = { incidentId, unitId };
    return;
  }
  await sendUnit(incident, unit, known);
}

/** Sends a unit although its technician has declined: the dispatcher has talked to them. */
export async function overrule(incident: Incident, unitId: number): Promise<void> {
  const unit = unitById.value.get(unitId);
  if (unit) await sendUnit(incident, unit, candidatesOf(incident.id));
}

/**
 * Sends a unit in the way in which the dispatcher saw it weighed.
 *
 * @param weighed What was on the screen, if anything was.
 * @param divert Take it away from the job that it is ordered or rolls to.
 */
export function sendUnit(
  incident: Incident,
  unit: Unit,
  weighed: CandidateList | null | undefined,
  divert = false,
): Promise<Fault> {
  const told = { unit: unit.code, number: incident.number };
  const undo = () => void release(incidentById.value.get(incident.id) ?? incident);
  // What was taken from another incident does not come back to it by being released here.
  const done = () =>
    divert ? say(t("done.diverted", told)) : say(t("done.assigned", told), { undo });
  const option = weighed?.items.find((one) => one.unit_id === unit.id)?.option;
  const body = {
    unit_id: unit.id,
    plan_version: weighed?.plan_version ?? planVersion.value,
    ...(option ? { option } : {}),
    ...(divert ? { divert } : {}),
  };
  return change(incident, done, { action: "assign", body });
}

/** Whether somebody has locked the incident to its unit, or to its place there too. */
export const isLocked = ({ job }: Incident) => job?.lock === "unit" || job?.lock === "order";

/**
 * Locks an incident to its unit, or leaves it to the plan: what is wished, never the other way round.
 *
 * Another dispatcher may have wished the same at the same moment: then nothing is left to do.
 */
export async function setLock(incident: Incident, lock: "free" | "unit"): Promise<Fault> {
  const told = { number: incident.number };
  const done = () => say(lock === "free" ? t("done.unlocked", told) : t("done.locked", told));
  const isDone = (one: Incident) => isLocked(one) === (lock === "unit");
  if (isDone(incident)) {
    done();
    return "";
  }
  try {
    await send(incident, done, { action: "lock", body: { lock } });
    return "";
  } catch (error) {
    if (!isOvertaken(error)) return sayProblem(error);
    if (!isDone(await seenAnew(incident))) return sayBad(t("fail.changed", told));
    done();
    return "";
  } finally {
    refreshSoon();
    reloadDetail();
  }
}

export const release = (incident: Incident) =>
  change(incident, () => say(t("done.released", { number: incident.number })), {
    action: "release",
  });

export const cancel = (incident: Incident, reason: string) =>
  change(incident, () => say(t("done.cancelled", { number: incident.number })), {
    action: "cancel",
    body: { reason },
  });

export const solveRemotely = (incident: Incident, note: string) =>
  change(incident, () => say(t("done.solved", { number: incident.number })), {
    action: "solve-remotely",
    body: { note },
  });

/** @param contractorId Whom; null: the best. */
export const offerToContractor = (incident: Incident, contractorId: number | null = null) =>
  change(incident, () => say(t("done.offered", { number: incident.number })), {
    action: "contractor-offer",
    body: { contractor_id: contractorId },
  });

/** The unit said that it is at the car, and is not. */
export const takeBackArrival = (incident: Incident) =>
  change(incident, () => say(t("done.notThere", { number: incident.number })), {
    action: "not-there",
  });

/** @param minutes From now; the contractor on its way has said so on the phone. */
export const changeEta = (incident: Incident, minutes: number) =>
  change(
    incident,
    ({ contractor }) =>
      say(
        t("done.eta", {
          name: contractor?.name ?? "",
          time: contractor?.eta_at ? timeOfDay(contractor.eta_at) : "",
        }),
      ),
    { action: "contractor-eta", body: { eta_min: minutes } },
  );

/** @param idempotencyKey Of this very pair. */
export async function merge(
  gone: Incident,
  kept: Incident,
  idempotencyKey: string,
): Promise<Fault> {
  const told = { gone: gone.number, kept: kept.number };
  const done = () => {
    say(t("done.joined", told));
    if (selectedIncidentId.value === gone.id) selectIncident(kept.id);
  };
  return change(gone, done, { action: "merge", body: { into: kept.id }, idempotencyKey });
}

export const setSafePlace = (incident: Incident, safe: boolean) =>
  change(incident, () => say(t("done.updated", { number: incident.number })), {
    method: "PATCH",
    body: { safe_place: safe },
  });

/** @param idempotencyKey Of this very note: after a lost answer it is not added twice. */
export const addNote = (incident: Incident, note: string, idempotencyKey: string) =>
  change(incident, () => say(t("done.noted", { number: incident.number })), {
    method: "PATCH",
    body: { note },
    idempotencyKey,
  });

/** Throws what is refused, so that a form shows every fault at its field. */
export async function correctPlace(
  incident: Incident,
  body: unknown,
  idempotencyKey: string,
): Promise<Incident> {
  const done = () => say(t("done.placed", { number: incident.number }));
  try {
    return await send(incident, done, { method: "PATCH", body, idempotencyKey });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    await seenAnew(incident); // what is pressed next builds on that
    throw new ProblemError(CHANGED_MEANWHILE, {
      text: pairOf(t("fail.changed", { number: incident.number })),
    });
  } finally {
    refreshSoon();
    reloadDetail();
  }
}

/** The whole numbers of callers, once somebody had a reason to see them; gone with the card. */
export const revealed = signal<({ incidentId: number } & CallerNumber) | null>(null);

effect(() => {
  void shownIncidentId.value;
  revealed.value = null;
});

export const reveal = (incident: Incident, reason: string) =>
  doing(
    () => call<CallerNumber>(`/incidents/${incident.id}/caller`, { body: { reason } }),
    (numbers) => {
      if (shownIncidentId.value === incident.id)
        revealed.value = { incidentId: incident.id, ...numbers };
    },
  );

export const acknowledge = (id: number) =>
  doing(
    () => call(`/alarms/${id}/acknowledge`, { method: "POST" }),
    () => {
      alarms.value = alarms.value.filter((alarm) => alarm.id !== id);
      say(t("done.acknowledged"));
    },
  );
