/** What the phone shows and sends, with a bad network and in changing hands. */

import type { FieldEvent, FieldJobs, Session } from "@roadflare/kit/contract.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { session } from "../src/store/session.ts";
import { current, deliver, forgetList, list, refresh, report, unsent } from "../src/store/sync.ts";

const as = (unit: number) =>
  ({ token: `token ${unit}`, role: "technician", unit_id: unit }) as unknown as Session;

const listOf = (unit: number) =>
  ({
    unit: { id: unit, code: `T-${unit}`, state: "rolling" },
    version: unit,
    current: { job_id: 10 * unit, number: `F-${unit}`, state: "ordered", allowed: ["rolling"] },
    next: [],
    visits: [],
  }) as unknown as FieldJobs;

interface Asked {
  bearer: string;
  events: FieldEvent[];
}

/** Answers each unit by its token; a held-back answer is given when it is let go. */
function server() {
  const it = {
    reachable: true,
    lists: true,
    asked: [] as Asked[],
    letGo: [] as (() => void)[],
    held: false,
  };
  const answer = (body: unknown) => new Response(JSON.stringify(body));
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (!it.reachable) throw new TypeError("no network");
    const bearer = String((init.headers as Record<string, string>).authorization);
    if (it.held) await new Promise<void>((resolve) => it.letGo.push(resolve));
    if (path.endsWith("/field/jobs") && !it.lists) throw new TypeError("no network");
    if (path.endsWith("/field/jobs")) return answer(listOf(Number(bearer.split(" ").at(-1))));
    const { events } = JSON.parse(String(init.body)) as { events: FieldEvent[] };
    it.asked.push({ bearer, events });
    return answer({
      results: events.map(({ client_id }) => ({ client_id, status: "applied", detail: "" })),
    });
  });
  return it;
}

beforeEach(() => {
  localStorage.clear();
});

afterEach(() => {
  session.value = null;
  forgetList();
  vi.unstubAllGlobals();
});

test("reports of one unit wait until it is back, and go out under its own token", async () => {
  const it = server();
  session.value = as(7);
  await refresh();
  it.reachable = false;
  report("rolling", 70);
  await deliver();
  session.value = as(8);
  it.reachable = true;
  expect(unsent.value).toEqual([]);
  await deliver();
  expect(it.asked).toEqual([]);
  session.value = as(7);
  expect(unsent.value).toHaveLength(1);
  await deliver();
  expect(it.asked.map(({ bearer }) => bearer)).toEqual(["Bearer token 7"]);
  expect(unsent.value).toEqual([]);
});

test("the next unit sees nothing of the list before", async () => {
  server();
  session.value = as(7);
  await refresh();
  expect(current.value?.number).toBe("F-7");
  session.value = as(8);
  expect(list.value).toBeNull();
  expect(current.value).toBeNull();
  expect(localStorage.getItem("roadflare.field.jobs.v1")).toBeNull();
});

test("a list that was asked for by the unit before is not taken", async () => {
  const it = server();
  session.value = as(7);
  it.held = true;
  const asking = refresh();
  session.value = as(8);
  it.held = false;
  for (const go of it.letGo) go();
  await asking;
  expect(list.value).toBeNull();
});

test("a step that was told does not spring back while no list can be had", async () => {
  const it = server();
  session.value = as(7);
  await refresh();
  it.lists = false;
  report("rolling", 70);
  await deliver();
  expect(unsent.value).toEqual([]);
  expect(current.value?.state).toBe("rolling");
  it.lists = true;
  await refresh();
  expect(current.value?.state).toBe("ordered"); // what the server says by now
});
