import { expect, test } from "vitest";
import { amapLink, baiduLink, systemLink } from "../src/job/navigation.ts";

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
  expect(systemLink(GOAL)).toMatch(/^geo:31\.237900,121\.490300\?/);
});
