import { expect, test } from "vitest";
import { EMPTY, hasPlace, incidentOf, kmOf } from "../src/console/intake/draft.ts";

const CALL = { ...EMPTY, phone: "13800001234", pin: [113.3, 23.1] as [number, number] };

test("a pin is sent lon first, with its datum; empty fields are not sent", () => {
  expect(incidentOf(CALL)).toEqual({
    channel: "phone",
    caller: { phone: "13800001234" },
    vehicle: {},
    location: { lon: 113.3, lat: 23.1, datum: "WGS-84" },
    fault: "breakdown",
  });
});

test("an unsafe place and a dead battery are told, false and zero included", () => {
  const body = incidentOf({ ...CALL, safe: false, drivable: false, soc: "0", people: "3" });
  expect(body).toMatchObject({
    safe_place: false,
    drivable: false,
    state_of_charge_pct: 0,
    n_people: 3,
  });
});

test("an address that was not chosen from the list is sent as it was typed", () => {
  const typed = { ...CALL, placeBy: "address" as const, pin: null, address: "Sun Street 1" };
  expect(incidentOf(typed).location).toEqual({ address: "Sun Street 1" });
});

test("the day of purchase, which decides what is free, is sent", () => {
  expect(incidentOf({ ...CALL, purchasedOn: "2024-03-14" }).vehicle).toEqual({
    purchased_on: "2024-03-14",
  });
});

test("a motorway place is road, kilometre and direction", () => {
  const road = { ...CALL, placeBy: "road" as const, ref: "G4", km: "12.3", direction: "north" };
  expect(incidentOf(road).location).toEqual({ ref: "G4", km: 12.3, direction: "north" });
});

test("a call without a place cannot be saved", () => {
  expect(hasPlace({ ...CALL, pin: null })).toBe(false);
  expect(hasPlace({ ...CALL, placeBy: "road", ref: "G4", km: "" })).toBe(false);
  expect(hasPlace(CALL)).toBe(true);
});

test.each([
  ["K1234+500", 1234.5],
  ["k1234 + 050", 1234.05],
  ["1234＋5", 1234.005],
  ["ZK12+300", 12.3],
  ["K12", 12],
  ["12.3", 12.3],
  ["12,3", 12.3],
])("the post %s stands at kilometre %d", (text, km) => {
  expect(kmOf(text)).toBeCloseTo(km, 6);
  const road = { ...CALL, placeBy: "road" as const, ref: "G4", km: text };
  expect(incidentOf(road).location).toMatchObject({ km: kmOf(text) });
});

test.each(["", "north", "K12+", "12.3.4", "K1234+5000"])("%j is no post, and not sent", (text) => {
  expect(kmOf(text)).toBeNull();
  expect(hasPlace({ ...CALL, placeBy: "road", ref: "G4", km: text })).toBe(false);
});
