import { expect, test } from "vitest";
import { amapLink, baiduLink, geoLink, systemLink } from "../src/job/navigation.ts";

const GOAL = {
  name: "外滩, A",
  wgs84: [121.4903, 31.2379] as [number, number],
  gcj02: [121.49475, 31.23591] as [number, number],
};

test("AMap's address wants lon,lat in GCJ-02, and no comma in the name", () => {
  expect(amapLink(GOAL)).toBe(
    "https://uri.amap.com/navigation?to=121.494750,31.235910,%E5%A4%96%E6%BB%A9%20%20A" +
      "&mode=car&coordinate=gaode&callnative=1",
  );
});

test("Baidu wants lat,lon, told that it is GCJ-02", () => {
  expect(baiduLink(GOAL)).toContain("location=31.235910,121.494750&coord_type=gcj02");
});

test("a geo address is lat,lon in WGS-84", () => {
  expect(geoLink(GOAL)).toMatch(/^geo:31\.237900,121\.490300\?/);
});

const phone = (userAgent: string, maxTouchPoints = 5) =>
  ({ userAgent, maxTouchPoints }) as unknown as Navigator;

test.each([
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", 5, "maps:"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5, "maps:"], // an iPad
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0, "geo:"],
  ["Mozilla/5.0 (Linux; Android 14; K)", 5, "geo:"],
])("the phone's own maps open on %s with %i touches by %s", (agent, touches, scheme) => {
  expect(systemLink(GOAL, phone(agent, touches)).startsWith(scheme)).toBe(true);
});

test("Apple's address wants lat,lon, as its maps draw them", () => {
  expect(systemLink(GOAL, phone("iPhone"))).toBe("maps://?daddr=31.235910,121.494750&dirflg=d");
});
