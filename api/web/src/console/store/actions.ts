/** What the dispatcher does to incidents; each says its result and fetches anew. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { said } from "@roadflare/kit/words.ts";
import { t } from "../words.ts";
import { candidatesOf } from "./detail.ts";
import { call } from "./session.ts";
import { say, sayProblem } from "./toasts.ts";
import { alarms, incidentById, planVersion, refreshSoon, unitById } from "./world.ts";

async function doing(work: () => Promise<unknown>, result: () => void): Promise<boolean> {
  try {
    await work();
    result();
    return true;
  } catch (error) {
    sayProblem(error);
    return false;
  } finally {
    refreshSoon();
  }
}

const post = (incident: Incident, action: string, body: unknown = {}) =>
  call(`/incidents/${incident.id}/${action}`, { body });

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
  const body = { unit_id: unitId, plan_version: known?.plan_version ?? planVersion.value };
  await doing(
    () => post(incident, "assign", body),
    () =>
      say(t("done.assigned", { unit: unit.code, number: incident.number }), {
        undo: () => void release(incident),
      }),
  );
}

export const setLock = (incident: Incident, lock: "free" | "unit") =>
  doing(
    () => post(incident, "lock", { lock }),
    () =>
      say(
        lock === "free"
          ? t("done.unlocked", { number: incident.number })
          : t("done.locked", { number: incident.number }),
      ),
  );

export const release = (incident: Incident) =>
  doing(
    () => post(incident, "release"),
    () => say(t("done.released", { number: incident.number })),
  );

export const cancel = (incident: Incident, reason: string) =>
  doing(
    () => post(incident, "cancel", { reason }),
    () => say(t("done.cancelled", { number: incident.number })),
  );

export const solveRemotely = (incident: Incident, note: string) =>
  doing(
    () => post(incident, "solve-remotely", { note }),
    () => say(t("done.solved", { number: incident.number })),
  );

export const offerToContractor = (incident: Incident) =>
  doing(
    () => post(incident, "contractor-offer"),
    () => say(t("done.offered", { number: incident.number })),
  );

export const setSafePlace = (incident: Incident, safe: boolean) =>
  doing(
    () => call(`/incidents/${incident.id}`, { method: "PATCH", body: { safe_place: safe } }),
    () => say(t("done.updated", { number: incident.number })),
  );

export const acknowledge = (id: number) =>
  doing(
    () => call(`/alarms/${id}/acknowledge`, { method: "POST" }),
    () => {
      alarms.value = alarms.value.filter((alarm) => alarm.id !== id);
      say(t("done.acknowledged"));
    },
  );
