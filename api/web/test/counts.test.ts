import { expect, test } from "vitest";
import { keptShare, promiseKept } from "../src/console/store/counts.ts";
import { at, incident } from "./incidents.ts";

test("an arrival at the target to the second keeps the promise", () => {
  expect(promiseKept(incident(1, { arrived_at: at(30) }))).toBe(true);
  expect(promiseKept(incident(1, { arrived_at: at(30.02) }))).toBe(false);
});

test("an open call is undecided until it is late", () => {
  expect(promiseKept(incident(1))).toBeNull();
  expect(promiseKept(incident(1, { risk: "breached" }))).toBe(false);
});

test("solved by telephone counts as kept, merged does not count", () => {
  const closed = { state: "closed", closed_at: at(4) } as const;
  expect(promiseKept(incident(1, { ...closed, outcome: "solved_remotely" }))).toBe(true);
  expect(promiseKept(incident(1, { ...closed, outcome: "merged" }))).toBeNull();
});

test("cancelled in time is nobody's, cancelled too late is missed", () => {
  const cancelled = { state: "closed", outcome: "cancelled_by_owner" } as const;
  expect(promiseKept(incident(1, { ...cancelled, closed_at: at(29) }))).toBeNull();
  expect(promiseKept(incident(1, { ...cancelled, closed_at: at(31) }))).toBe(false);
});

test("the share is of those that fell due", () => {
  const kept = incident(1, { arrived_at: at(9) });
  const missed = incident(2, { arrived_at: at(39) });
  expect(keptShare([kept, missed, kept, incident(3)])).toEqual({ share: 2 / 3, due: 3 });
  expect(keptShare([incident(3)])).toBeNull();
});
