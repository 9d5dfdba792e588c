import type { Incident } from "@roadflare/kit/contract.ts";
import { expect, test } from "vitest";
import { helperOf } from "../src/console/queue/helper.ts";
import { queueOf, slackS, stageOf } from "../src/console/queue/order.ts";
import { at, incident, NOON } from "./incidents.ts";

const ids = (list: { id: number }[]) => list.map(({ id }) => id);

test("slack is the target less the expected arrival", () => {
  expect(slackS(incident(1, { eta_at: at(22) }), NOON)).toBe(8 * 60);
});

test("without an ETA slack is what is left of the time", () => {
  expect(slackS(incident(1), NOON + 10 * 60_000)).toBe(20 * 60);
});

test("an ETA that has passed counts as now", () => {
  expect(slackS(incident(1, { eta_at: at(5) }), NOON + 12 * 60_000)).toBe(18 * 60);
});

test("breached comes before at risk before normal, whatever the slack", () => {
  const queue = queueOf(
    [
      incident(1, { risk: "normal", target_at: at(1) }),
      incident(2, { risk: "at_risk", target_at: at(20) }),
      incident(3, { risk: "breached", target_at: at(-40) }),
    ],
    NOON,
  );
  expect(ids(queue)).toEqual([3, 2, 1]);
});

test("within one risk the least slack comes first, not the oldest call", () => {
  const queue = queueOf(
    [
      incident(1, { received_at: at(-9), target_at: at(21), eta_at: at(2) }),
      incident(2, { received_at: at(-1), target_at: at(29), eta_at: at(25) }),
    ],
    NOON,
  );
  expect(ids(queue)).toEqual([2, 1]);
});

test("an unsafe place goes first among equals in risk", () => {
  const queue = queueOf(
    [incident(1, { target_at: at(3) }), incident(2, { target_at: at(25), safe_place: false })],
    NOON,
  );
  expect(ids(queue)).toEqual([2, 1]);
});

test("a car that somebody is at waits for nothing", () => {
  const queue = queueOf([incident(1, { arrived_at: at(-1), risk: "breached" }), incident(2)], NOON);
  expect(ids(queue)).toEqual([2, 1]);
});

test("equal ones keep the order of their numbers", () => {
  expect(ids(queueOf([incident(2), incident(1), incident(3)], NOON))).toEqual([1, 2, 3]);
});

test("search finds every word, in number, place, plate or name", () => {
  const all = [
    incident(1),
    incident(2, { vehicle: { ...incident(2).vehicle, plate: "沪B88888" } }),
  ];
  expect(ids(queueOf(all, NOON, "all", "sun 1002"))).toEqual([2]);
  expect(ids(queueOf(all, NOON, "all", "粤ad"))).toEqual([1]);
});

test("filters leave served ones out", () => {
  const all = [
    incident(1, { risk: "at_risk", arrived_at: at(-1) }),
    incident(2, { risk: "at_risk" }),
  ];
  expect(ids(queueOf(all, NOON, "at_risk"))).toEqual([2]);
});

test("a waiting incident that has a unit is planned, not waiting", () => {
  const job = { unit_id: 7 } as Incident["job"];
  expect(stageOf(incident(1))).toBe("waiting");
  expect(stageOf(incident(1, { job }))).toBe("planned");
});

test("a contractor that was only asked has not taken the incident, and it still needs a unit", () => {
  const by = (state: "offered" | "accepted" | "rejected") =>
    incident(1, {
      contractor: {
        id: 1,
        name: "Norte",
        state,
        needed_by_at: null,
        eta_at: null,
        first_eta_at: null,
      },
    });
  expect(helperOf(by("accepted"))?.name).toBe("Norte");
  for (const state of ["offered", "rejected"] as const) expect(helperOf(by(state))).toBeNull();
  expect(ids(queueOf([by("offered")], NOON, "no_unit"))).toEqual([1]);
  expect(ids(queueOf([by("accepted")], NOON, "no_unit"))).toEqual([]);
});
