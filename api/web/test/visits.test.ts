import { expect, test } from "vitest";
import { EMPTY } from "../src/console/intake/draft.ts";
import { nextVisit, visitOf } from "../src/console/visits/visit_draft.ts";

const FRIDAY_NOON = Date.UTC(2026, 5, 5, 4); // in the town
const ZONE = "Asia/Shanghai";
const OWNER = {
  ...EMPTY,
  phone: "13800001234",
  plate: "闽AD20001",
  pin: [119.6, 25.3] as [number, number],
};

test("the next calm morning after a Friday is Monday's", () => {
  const visit = nextVisit(FRIDAY_NOON, ZONE);
  expect(visit.window).toEqual({ day: "2026-06-08", from: "09:00", to: "11:00" });
});

test("a car is fetched and brought back, in the region's time", () => {
  expect(visitOf(OWNER, nextVisit(FRIDAY_NOON, ZONE), ZONE)).toEqual({
    kind: "pickup_delivery",
    window: { start_at: "2026-06-08T01:00:00.000Z", end_at: "2026-06-08T03:00:00.000Z" },
    return_window: { start_at: "2026-06-08T07:00:00.000Z", end_at: "2026-06-08T09:00:00.000Z" },
    caller: { phone: "13800001234" },
    vehicle: { plate: "闽AD20001" },
    location: { lon: 119.6, lat: 25.3, datum: "WGS-84" },
  });
});

test("an installation has neither return nor service centre", () => {
  const visit = { ...nextVisit(FRIDAY_NOON, ZONE), kind: "installation" as const, centreId: 3 };
  const body = visitOf(OWNER, visit, ZONE);
  expect(body).not.toHaveProperty("return_window");
  expect(body).not.toHaveProperty("centre_id");
});
