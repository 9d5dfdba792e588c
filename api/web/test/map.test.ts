import type { LonLat, RoadReport } from "@roadflare/kit/contract.ts";
import { distanceM } from "@roadflare/kit/map/geo.ts";
import { GROUND } from "@roadflare/kit/map/ground.ts";
import { type Layer, ordered } from "@roadflare/kit/map/layer.ts";
import { trimmed } from "@roadflare/kit/map/trim.ts";
import { expect, test } from "vitest";
import { roadFeatures } from "../src/console/map/features.ts";
import { CONSOLE_LAYERS } from "../src/console/map/layers.ts";
import { Motion } from "../src/console/map/motion.ts";

const LINE: LonLat[] = [
  [0, 0],
  [10, 0],
  [10, 10],
];

test("a route is cut at the point nearest to the unit", () => {
  const [first, ...rest] = trimmed(LINE, [4, 0.5]);
  expect(first?.[0]).toBeCloseTo(4);
  expect(first?.[1]).toBe(0);
  expect(rest).toEqual(LINE.slice(1));
});

test("at the end of a route nothing is left but its end", () => {
  expect(trimmed(LINE, [10, 10])).toEqual([
    [10, 10],
    [10, 10],
  ]);
});

test("layers are drawn in the declared order, however they are listed", () => {
  const ids = ordered(CONSOLE_LAYERS).map(({ id }) => id);
  expect(ids[0]).toBe("land");
  expect(ids.indexOf("roads")).toBeGreaterThan(ids.indexOf("road-casings"));
  expect(ids.at(-1)).toBe("incidents");
});

test("an undeclared layer and a layer twice are refused", () => {
  const stranger = { ...GROUND[0], id: "heatmap" } as unknown as Layer;
  expect(() => ordered([stranger])).toThrow("heatmap");
  expect(() => ordered([...GROUND, ...GROUND])).toThrow("twice");
});

test("closures lie above the routes that avoid them, and slower roads look otherwise", () => {
  const ids = ordered(CONSOLE_LAYERS).map(({ id }) => id);
  expect(ids.indexOf("road-reports")).toBeGreaterThan(ids.indexOf("routes"));
  const geometry = { type: "MultiLineString", coordinates: [LINE] } as const;
  const reports = (["closed", "factor"] as const).map((effect, id) => ({ id, effect, geometry }));
  const { features } = roadFeatures(reports as unknown as RoadReport[]);
  expect(features.map(({ properties }) => properties)).toEqual([
    { road: 0, closed: true },
    { road: 1, closed: false },
  ]);
});

test("a degree of latitude is about 111 km", () => {
  expect(distanceM([113, 23], [113, 24])).toBeCloseTo(111_195, -2);
});

const unitAt = (lon: number) => ({ id: 1, lon, lat: 0 }) as Parameters<Motion["set"]>[0][number];

test("a unit glides to its new place in two seconds", () => {
  const motion = new Motion();
  motion.set([unitAt(0)], 0, false);
  motion.set([unitAt(0.01)], 1000, false);
  expect(motion.at(2000).get(1)?.[0]).toBeCloseTo(0.005);
  expect(motion.moving(2000)).toBe(true);
  expect(motion.at(3000).get(1)).toEqual([0.01, 0]);
  expect(motion.moving(3000)).toBe(false);
});

test("who wants no motion sees none, and a correction is no drive", () => {
  const still = new Motion();
  still.set([unitAt(0)], 0, true);
  still.set([unitAt(0.01)], 1000, true);
  expect(still.at(1000).get(1)).toEqual([0.01, 0]);
  const hop = new Motion();
  hop.set([unitAt(0)], 0, false);
  hop.set([unitAt(1)], 1000, false);
  expect(hop.at(1000).get(1)).toEqual([1, 0]);
});
