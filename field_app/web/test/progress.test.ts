import type { FieldEventKind, FieldJob } from "@roadflare/kit/contract.ts";
import { expect, test } from "vitest";
import { mayTakeBack, stepsOf, unitStateOf, withReports } from "../src/store/progress.ts";

const JOB = {
  job_id: 1,
  state: "ordered",
  allowed: ["rolling", "accepted", "arrived", "declined", "gone_on_arrival", "not_possible"],
  destination: { name: "Workshop", lon: 113, lat: 23, gcj02: [113, 23] },
} as unknown as FieldJob;

const AT = "2026-06-01T04:00:00.000Z";
const at = (minutes: number) => Date.parse(AT) + minutes * 60_000;

const done = (...kinds: FieldEventKind[]) =>
  kinds.map((kind, n) => ({ client_id: String(n), at: AT, kind, job_id: 1 }));

test.each<[FieldEventKind[], FieldEventKind | null]>([
  [[], "rolling"],
  [["accepted"], "rolling"],
  [["rolling"], "arrived"],
  [["rolling", "arrived"], "loaded"],
  [["rolling", "arrived", "loaded"], "done"],
  [["rolling", "arrived", "loaded", "done"], null],
  [["declined"], null],
])("after %j offline the next step is %s", (kinds, next) => {
  expect(stepsOf(withReports(JOB, done(...kinds))).primary).toBe(next);
});

test("without a destination there is nothing to load", () => {
  const job = { ...JOB, destination: null };
  expect(stepsOf(withReports(job, done("rolling", "arrived"))).primary).toBe("done");
});

test("what was done to another job changes nothing", () => {
  const other = done("rolling").map((event) => ({ ...event, job_id: 2 }));
  expect(withReports(JOB, other)).toBe(JOB);
});

test("refusals are ways out, never the big button", () => {
  expect(stepsOf(JOB)).toEqual({
    primary: "rolling",
    others: ["accepted", "arrived"],
    waysOut: ["declined", "gone_on_arrival", "not_possible"],
  });
});

test("a car that is loaded cannot be gone, also before the server knows", () => {
  const job: FieldJob = { ...JOB, destination: { name: "Centre" } as FieldJob["destination"] };
  expect(stepsOf(withReports(job, done("arrived"))).waysOut).toContain("gone_on_arrival");
  expect(stepsOf(withReports(job, done("arrived", "loaded"))).waysOut).toEqual(["not_possible"]);
});

test("a car is not handed over where it was fetched", () => {
  const there = { ...JOB, state: "on_site", allowed: ["loaded", "done"] } as unknown as FieldJob;
  expect(stepsOf({ ...there, kind: "tow" }).others).toEqual(["done"]);
  expect(stepsOf({ ...there, kind: "transfer" })).toMatchObject({ primary: "loaded", others: [] });
});

test("what the list shows already sets nothing back", () => {
  const job = { ...JOB, state: "on_site", allowed: ["loaded", "done"] } as unknown as FieldJob;
  expect(withReports(job, done("rolling", "arrived"))).toBe(job);
});

test.each([
  ["idle", "ordered", "idle"],
  ["idle", "rolling", "rolling"],
  ["rolling", "on_site", "on_site"],
  ["on_site", "done", "idle"],
  ["paused", null, "paused"],
] as const)("a unit listed as %s with a job that is %s is %s", (listed, job, shown) => {
  expect(unitStateOf(listed, job && { state: job })).toBe(shown);
});

test("an arrival can be taken back for ten minutes, also before the server knows", () => {
  const there = withReports(JOB, done("rolling", "arrived"));
  expect([mayTakeBack(there, at(9)), mayTakeBack(there, at(10))]).toEqual([true, false]);
  const back = withReports(JOB, done("rolling", "arrived", "not_there"));
  expect([back.state, stepsOf(back).primary, mayTakeBack(back, at(1))]).toEqual([
    "rolling",
    "arrived",
    false,
  ]);
  const again = withReports(JOB, done("rolling", "arrived", "not_there", "arrived"));
  expect([again.state, mayTakeBack(again, at(1))]).toEqual(["on_site", true]);
});

test("what the list shows already is taken back once", () => {
  const there = {
    ...JOB,
    state: "on_site",
    allowed: ["loaded", "done"],
    take_back_until: new Date(at(10)).toISOString(),
  } as unknown as FieldJob;
  expect(mayTakeBack(there, at(1))).toBe(true);
  expect(withReports(there, done("rolling", "arrived", "not_there")).state).toBe("rolling");
  const rolling = { ...JOB, state: "rolling", allowed: ["arrived"] } as unknown as FieldJob;
  expect(withReports(rolling, done("not_there"))).toBe(rolling);
});

test("a car that is loaded is not taken back", () => {
  const loaded = withReports(JOB, done("arrived", "loaded"));
  expect(mayTakeBack(loaded, at(1))).toBe(false);
  expect(withReports(loaded, done("not_there"))).toBe(loaded);
});
