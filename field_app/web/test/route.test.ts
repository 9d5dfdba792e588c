/** When the way to a job is asked for. */

import type { FieldJob } from "@roadflare/kit/contract.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findRoute, routeOf } from "../src/job/route.ts";
import { here } from "../src/store/positions.ts";

let jobId = 100;

/** A car north of the unit, as seen from (113, 23). */
function job(changes: object = {}): FieldJob {
  return {
    job_id: jobId,
    state: "rolling",
    location: { text: "Car", lon: 113, lat: 23.1 },
    gcj02: [113, 23.1],
    destination: { name: "Workshop", lon: 113.2, lat: 23, gcj02: [113.2, 23] },
    ...changes,
  } as unknown as FieldJob;
}

/** A server that numbers its routes, and can be out of reach. */
function routes() {
  const it = { asked: 0, reachable: true };
  vi.stubGlobal("fetch", async () => {
    it.asked += 1;
    if (!it.reachable) throw new TypeError("no network");
    return new Response(JSON.stringify({ duration_s: it.asked }));
  });
  return it;
}

const stand = (lon: number, lat: number) => {
  here.value = { lon, lat, takenMs: Date.now() };
};

beforeEach(() => {
  vi.useFakeTimers();
  jobId += 1;
  stand(113, 23);
});

afterEach(() => {
  here.value = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the way is asked for once while nothing changes", async () => {
  const it = routes();
  await findRoute(job());
  await findRoute(job());
  expect(it.asked).toBe(1);
  expect(routeOf(job())?.duration_s).toBe(1);
});

test("a car that is elsewhere is another way, at once", async () => {
  const it = routes();
  await findRoute(job());
  const moved = job({ location: { text: "Car", lon: 113, lat: 23.2 } });
  expect(routeOf(moved)).toBeNull();
  await findRoute(moved);
  expect(it.asked).toBe(2);
});

test("with the car loaded the way leads to its destination, wherever that is now", async () => {
  const it = routes();
  await findRoute(job({ state: "loaded" }));
  const other = { name: "Depot", lon: 113.3, lat: 23, gcj02: [113.3, 23] };
  await findRoute(job({ state: "loaded", destination: other }));
  expect(it.asked).toBe(2);
});

test("after 500 m it is asked for anew; the one known before stays until then", async () => {
  const it = routes();
  await findRoute(job());
  stand(113, 23.0044); // 489 m
  await findRoute(job());
  expect(it.asked).toBe(1);
  stand(113, 23.0046); // 511 m
  const finding = findRoute(job());
  expect(routeOf(job())?.duration_s).toBe(1);
  await finding;
  expect(routeOf(job())?.duration_s).toBe(2);
});

test("after two minutes it is asked for anew", async () => {
  const it = routes();
  await findRoute(job());
  vi.advanceTimersByTime(119_000);
  await findRoute(job());
  expect(it.asked).toBe(1);
  vi.advanceTimersByTime(1000);
  await findRoute(job());
  expect(it.asked).toBe(2);
});

test("what failed is tried again after a while, not at each fix", async () => {
  const it = routes();
  it.reachable = false;
  await findRoute(job());
  await findRoute(job());
  expect(it.asked).toBe(1);
  it.reachable = true;
  vi.advanceTimersByTime(10_000);
  await findRoute(job());
  expect(routeOf(job())?.duration_s).toBe(2);
});
