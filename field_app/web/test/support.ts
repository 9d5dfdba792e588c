/** A server of lists and reports, and units that use the phone. */

import type {
  FieldEvent,
  FieldJob,
  FieldJobs,
  FieldShift,
  Session,
  UnitState,
} from "@roadflare/kit/contract.ts";
import { vi } from "vitest";

export const as = (unit: number) =>
  ({ token: `token ${unit}`, role: "technician", unit_id: unit }) as unknown as Session;

export const listOf = (unit: number, state: UnitState = "rolling") =>
  ({
    unit: { id: unit, code: `T-${unit}`, state },
    version: unit,
    timezone: "America/Lima",
    current: { job_id: 10 * unit, number: `F-${unit}`, state: "ordered", allowed: ["rolling"] },
    next: [],
    visits: [],
  }) as unknown as FieldJobs;

export interface Asked {
  bearer: string;
  events: FieldEvent[];
}

/** Answers each unit by its token; a held-back answer is given when it is let go. */
export function server() {
  const it = {
    reachable: true,
    lists: true,
    asked: [] as Asked[],
    letGo: [] as (() => void)[],
    held: false,
    shifts: [] as FieldShift[],
    losesAnswers: false,
    state: "rolling" as UnitState,
    /** What comes after it. */
    later: {} as { next?: object[]; visits?: object[] },
    /** How far the current job is; null when there is none. */
    job: "ordered" as FieldJob["state"] | null,
  };
  const answer = (body: unknown) => new Response(JSON.stringify(body));
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (!it.reachable) throw new TypeError("no network");
    const bearer = String((init.headers as Record<string, string>).authorization);
    if (it.held) await new Promise<void>((resolve) => it.letGo.push(resolve));
    if (path.endsWith("/field/shift")) {
      it.shifts.push(JSON.parse(String(init.body)) as FieldShift);
      if (it.losesAnswers) throw new TypeError("no network");
      return answer(listOf(Number(bearer.split(" ").at(-1)), it.state));
    }
    if (path.endsWith("/field/jobs") && !it.lists) throw new TypeError("no network");
    if (path.endsWith("/field/jobs")) {
      const found = listOf(Number(bearer.split(" ").at(-1)), it.state);
      const current = it.job && { ...found.current, state: it.job };
      return answer({ ...found, current, ...it.later });
    }
    const { events } = JSON.parse(String(init.body)) as { events: FieldEvent[] };
    it.asked.push({ bearer, events });
    return answer({
      results: events.map(({ client_id }) => ({
        client_id,
        status: "applied",
        detail: "",
        code: null,
        text: null,
      })),
    });
  });
  return it;
}
