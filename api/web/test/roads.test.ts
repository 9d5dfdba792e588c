import type { RoadReport } from "@roadflare/kit/contract.ts";
import { expect, test } from "vitest";
import { arrowFeatures } from "../src/console/map/features.ts";
import { likeReport, newRoad, reportOf } from "../src/console/roads/road_draft.ts";
import { betweenText, effectText, headingText, roadName } from "../src/console/roads/road_words.ts";

const NIGHT = Date.UTC(2026, 5, 4, 19, 10); // 03:10 on the fifth in the town
const ZONE = "Asia/Shanghai";
const ROAD = { lon: 119.6, lat: 25.3 };
const DRAFT = newRoad(NIGHT, ZONE);

const sent = (part: Partial<typeof DRAFT>) => reportOf({ ...DRAFT, ...part }, ROAD, NIGHT, ZONE);

test("a road is closed for an hour, in both directions, unless something else is said", () => {
  expect(sent({})).toEqual({
    where: { at: { ...ROAD, heading_deg: null } },
    effect: "closed",
    until: "2026-06-04T20:10:00.000Z",
  });
});

test("one direction is sent by its heading, a note without its blanks", () => {
  const body = sent({ headingDeg: 0, note: " burst main " });
  expect(body.where).toEqual({ at: { ...ROAD, heading_deg: 0 } });
  expect(body.note).toBe("burst main");
});

test("slower is a share of the usual speed, or a speed", () => {
  expect(sent({ closed: false })).toMatchObject({ effect: "factor", value: 0.5 });
  const kph = sent({ closed: false, slowTo: "kph", kph: "12.5" });
  expect(kph).toMatchObject({ effect: "speed", value: 12.5 });
  // Without a number the server says at the field what is missing.
  expect(sent({ closed: false, slowTo: "kph", kph: " " }).value).toBeNull();
  expect(sent({ slowTo: "kph", kph: "12" })).not.toHaveProperty("value");
});

test("it ends after a while, at a time on the region's clock, or when it is taken back", () => {
  expect(sent({ until: 180 }).until).toBe("2026-06-04T22:10:00.000Z");
  expect(sent({ until: "open" }).until).toBeNull();
  expect([DRAFT.day, DRAFT.time]).toEqual(["2026-06-05", "04:30"]);
  expect(sent({ until: "at" }).until).toBe("2026-06-04T20:30:00.000Z");
});

test("a time without a day is refused by the server; it never means until taken back", () => {
  expect(sent({ until: "at", day: "" }).until).toBe("");
});

const REPORT = {
  effect: "factor",
  value: 0.25,
  until: "2026-06-05T01:45:00Z",
  note: "ice",
  heading_deg: 90,
} as RoadReport;

test("another stretch begins like the report before it, but for the direction", () => {
  const like = likeReport(REPORT, NIGHT, ZONE);
  expect(like).toMatchObject({ closed: false, slowTo: 25, note: "ice", headingDeg: null });
  expect(reportOf(like, ROAD, NIGHT, ZONE).until).toBe("2026-06-05T01:45:00.000Z");
  const speed = likeReport({ ...REPORT, effect: "speed", value: 12, until: null }, NIGHT, ZONE);
  expect(speed).toMatchObject({ closed: false, slowTo: "kph", kph: "12", until: "open" });
  const shut = likeReport({ ...REPORT, effect: "closed", value: null }, NIGHT, ZONE);
  expect(shut.closed).toBe(true);
});

test.each([
  [0, "to the north"],
  [22, "to the north"],
  [50, "to the north-east"],
  [338, "to the north"],
  [270, "to the west"],
])("a heading of %s degrees is %s", (deg, text) => {
  expect(headingText(deg)).toBe(text);
});

test("what is said of a road", () => {
  expect(roadName([])).toBe("Road without a name");
  expect(roadName(["A", "B", "C", "D", "E"])).toBe("A · B · C +2");
  expect(betweenText({ between: ["Quay", "East Street"] })).toBe("between Quay and East Street");
  expect(betweenText({ between: ["", "Quay"] })).toBe("up to Quay");
  expect(betweenText({ between: [] })).toBe("");
  expect(effectText(REPORT)).toBe("25 % of the usual speed");
});

test("arrows are drawn where only one direction is meant", () => {
  const line = [
    [0, 0],
    [1, 0],
  ] as [number, number][];
  const geometry = { type: "MultiLineString", coordinates: [line] } as const;
  const reports = [90, null].map((deg) => ({ heading_deg: deg, geometry }) as never);
  expect(arrowFeatures(reports, null).features).toHaveLength(1);
  expect(arrowFeatures([], { lines: [line], oneWay: true }).features).toHaveLength(1);
  expect(arrowFeatures([], { lines: [line, line], oneWay: false }).features).toHaveLength(0);
});
