/** What the phone shows and sends, with a bad network and in changing hands. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withdrawn } from "../src/store/news.ts";
import { session } from "../src/store/session.ts";
import {
  current,
  deliver,
  forgetList,
  list,
  refresh,
  report,
  shift,
  unsent,
} from "../src/store/sync.ts";
import { as, server } from "./support.ts";

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

test("who is at a job that is taken back is told so, until it is read or the phone is left", async () => {
  const it = server();
  session.value = as(7);
  await refresh();
  it.job = "rolling";
  report("rolling", 70);
  await deliver();
  expect(withdrawn.value).toBeNull();
  it.job = null;
  await refresh();
  expect(current.value).toBeNull();
  expect(withdrawn.value).toBe("F-7");
  forgetList();
  expect(withdrawn.value).toBeNull();
});

test("what was reported as over, or never begun, was not taken back", async () => {
  const it = server();
  session.value = as(7);
  await refresh();
  report("rolling", 70);
  report("declined", 70, { reason: "flat tyre" });
  it.job = null;
  await deliver();
  expect(current.value).toBeNull();
  expect(withdrawn.value).toBeNull();
  it.job = "ordered";
  await refresh();
  expect(current.value?.state).toBe("ordered");
  it.job = null;
  await refresh();
  expect(withdrawn.value).toBeNull();
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

const ids = (presses: { client_id: string }[]) => presses.map(({ client_id }) => client_id);

test("a shift pressed again after a lost answer is the same press", async () => {
  const it = server();
  it.state = "off_shift";
  session.value = as(7);
  await refresh();
  it.losesAnswers = true;
  await expect(shift("start", null)).rejects.toThrow();
  it.losesAnswers = false;
  it.state = "idle";
  await shift("start", [1, 2]);
  const [first, second] = ids(it.shifts);
  expect(second).toBe(first);
  expect(it.shifts[1]).toMatchObject({ lon: 1, lat: 2 });
  await shift("start", null);
  expect(ids(it.shifts)[2]).not.toBe(first);
});

test("a break that the list shows already is not the next one", async () => {
  const it = server();
  it.state = "idle";
  session.value = as(7);
  await refresh();
  it.losesAnswers = true;
  await expect(shift("pause", null)).rejects.toThrow();
  for (const state of ["paused", "idle"] as const) {
    it.state = state;
    await refresh();
  }
  it.losesAnswers = false;
  await shift("pause", null);
  const [first, second] = ids(it.shifts);
  expect(second).not.toBe(first);
});
