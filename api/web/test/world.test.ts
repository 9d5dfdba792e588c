import { timeOfDay, timezone } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConnectionMark } from "../src/console/shell/ConnectionMark.tsx";
import { token } from "../src/console/store/session.ts";
import {
  connection,
  follow,
  incidents,
  incidentsAt,
  me,
  region,
  units,
  unitsAt,
} from "../src/console/store/world.ts";
import { incident } from "./incidents.ts";
import { type Asked, serving } from "./server.ts";

let stop = () => {};
let asked: Asked[] = [];
let regionKnown = false;
let listsAnswer = true;

const lists = {
  "GET /region": () => regionKnown && { body: { timezone: "Asia/Shanghai", areas: {} } },
  "GET ?state=open&limit=500": () =>
    listsAnswer && { body: { items: [incident(1)], plan_version: 1 } },
  "GET /units": () => listsAnswer && { body: { items: [] } },
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => {});
  token.value = "t1";
  timezone.value = null;
  regionKnown = false;
  listsAnswer = true;
  asked = serving(lists as never);
  stop = follow();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  token.value = null;
  timezone.value = undefined;
  region.value = null;
  incidents.value = null;
  units.value = [];
  incidentsAt.value = unitsAt.value = null;
  connection.value = { connected: false, heardAt: null };
});

async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms);
  now.value += ms;
}

function mark(): string {
  const box = document.createElement("div");
  act(() => render(h(ConnectionMark, {}), box));
  const text = box.textContent ?? "";
  act(() => render(null, box));
  return text;
}

test("the region is asked for until it is there; until then no time is told", async () => {
  await pass(2000);
  expect(timeOfDay("2026-06-01T04:00:00Z")).toBe("–");
  regionKnown = true;
  await pass(5000);
  expect(timeOfDay("2026-06-01T04:00:00Z")).toBe("12:00");
});

test("lists that cannot be fetched are not live, whatever the stream says", async () => {
  connection.value = { connected: true, heardAt: Date.now() };
  await pass(100);
  connection.value = { connected: true, heardAt: Date.now() };
  expect(mark()).toBe("Live");
  listsAnswer = false;
  await pass(45_000);
  connection.value = { connected: true, heardAt: Date.now() };
  expect(mark()).toMatch(/^Not new: from 4\d s ago/);
});

test("who may not see units is not told that they are old, and does not ask for them", async () => {
  me.value = { role: "call_taker" } as never;
  asked.length = 0;
  await pass(20_000);
  expect(asked.some(({ path }) => path === "GET /units")).toBe(false);
  connection.value = { connected: true, heardAt: Date.now() };
  await pass(20_000);
  connection.value = { connected: true, heardAt: Date.now() };
  expect(mark()).toBe("Live");
});
