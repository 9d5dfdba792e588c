import type { Unit } from "@roadflare/kit/contract.ts";
import { expect, test } from "vitest";
import { commandsFor, parseAssignment } from "../src/console/command/commands.ts";
import { selectedIncidentId, selectIncident } from "../src/console/store/selection.ts";
import { incident } from "./incidents.ts";

const UNITS = [{ id: 7, code: "T-07" } as Unit, { id: 8, code: "C-08" } as Unit];
const INCIDENTS = [incident(42), incident(43)];

test.each(["T-07 > 1042", "t07>1042", "T-07 R-1042", "T-07 → r1042"])(
  "%s sends T-07 to R-1042",
  (typed) => {
    const pair = parseAssignment(typed, INCIDENTS, UNITS);
    expect(pair?.unit.code).toBe("T-07");
    expect(pair?.incident.number).toBe("R-1042");
  },
);

test.each(["T-07", "T-09 > 1042", "T-07 > 9999", "T-07 > 1042 now"])("%s sends nobody", (typed) =>
  expect(parseAssignment(typed, INCIDENTS, UNITS)).toBeNull(),
);

test.each(["42", "0042", "R-0042", "r42"])("%s is R-0042, not R-0142", (typed) => {
  const both = [incident(1, { number: "R-0142" }), incident(2, { number: "R-0042" })];
  expect(parseAssignment(`T-07 > ${typed}`, both, UNITS)?.incident.number).toBe("R-0042");
});

test("an ending that several have sends nobody", () => {
  const both = [incident(1, { number: "R-0142" }), incident(2, { number: "R-0242" })];
  expect(parseAssignment("T-07 > 42", both, UNITS)).toBeNull();
  expect(parseAssignment("T-07 > 142", both, UNITS)?.incident.number).toBe("R-0142");
});

const OPEN = incident(1012, { number: "R-1012" });
const CLOSED = incident(12, { number: "R-0012", state: "closed" });
const ids = (typed: string) => commandsFor(typed, [OPEN], [], [CLOSED]).map(({ id }) => id);

test("closed incidents are found too, those of other days by their number", () => {
  expect(ids("R-0012")).toEqual(["closed 12"]);
  expect(ids("1012")).toEqual(["incident 1012"]);
  expect(ids("r-7")).toEqual(["open 7"]);
  expect(ids("0012 nowhere")).toEqual([]);
  expect(ids("R-0000")).toEqual([]);
});

test("a closed one is opened", () => {
  commandsFor("R-0007", [], [])[0]?.run();
  expect(selectedIncidentId.value).toBe(7);
  selectIncident(null);
});
