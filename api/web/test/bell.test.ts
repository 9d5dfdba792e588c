import type { Alarm } from "@roadflare/kit/contract.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bellOn, followAlarms, setBell } from "../src/console/store/bell.ts";
import { alarms, alarmsAt } from "../src/console/store/world.ts";

let rung = 0;
let stop = () => {};

class FakeAudio {
  currentTime = 0;
  destination = {};
  resume = () => Promise.resolve();
  createGain = () => ({
    gain: { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} },
    connect: () => {},
  });
  createOscillator = () => ({
    frequency: { value: 0 },
    connect: (next: unknown) => next,
    start: (at: number) => {
      if (at === 0) rung += 1;
    },
    stop: () => {},
  });
}

const alarm = (id: number, at = "2026-06-06T02:11:00Z"): Alarm => ({
  id,
  at,
  kind: "work_overdue",
  incident_id: 1,
  incident_number: "R-0001",
  text: { zh: "", en: "" },
  acknowledged_at: null,
});
const fetched = (...found: Alarm[]) => {
  alarms.value = found;
  alarmsAt.value = 1;
};

beforeEach(() => {
  vi.stubGlobal("AudioContext", FakeAudio);
  bellOn.value = true;
  rung = 0;
  alarms.value = [];
  alarmsAt.value = null;
  stop = followAlarms();
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  localStorage.clear();
});

test("what was there when the console was opened is not rung for, what comes is, once", () => {
  fetched(alarm(1));
  expect(rung).toBe(0);
  fetched(alarm(2), alarm(1));
  expect(rung).toBe(1);
  fetched(alarm(2));
  fetched(alarm(2), alarm(1));
  expect(rung).toBe(1);
});

test("the first one after a quiet start is rung for, and one that is raised anew", () => {
  fetched();
  fetched(alarm(1));
  fetched(alarm(1, "2026-06-06T02:16:00Z"));
  expect(rung).toBe(2);
});

test("a bell that is off is silent, and stays off; switched on it rings", () => {
  setBell(false);
  fetched();
  fetched(alarm(1));
  expect([rung, localStorage.getItem("roadflare.bell")]).toEqual([0, "off"]);
  setBell(true);
  expect([rung, localStorage.getItem("roadflare.bell")]).toEqual([1, "on"]);
});
