import { serverNow, setClock, startClock } from "@roadflare/kit/server_clock.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const NOON = Date.parse("2026-03-01T12:00:00Z");
let ranMs = 0;

/** The page runs for `ran` milliseconds while the wall's clock goes on by `wall`. */
function pass(ran: number, wall = ran) {
  ranMs += ran;
  vi.setSystemTime(Date.now() + wall);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  vi.spyOn(performance, "now").mockImplementation(() => ranMs);
  setClock({ now: "2026-03-01T12:00:00Z", speed: 1 });
});

afterEach(() => {
  vi.useRealTimers();
});

test("the clock runs while the machine is awake", () => {
  pass(5000);
  expect(serverNow() - NOON).toBe(5000);
});

test("a night's sleep has passed too", () => {
  pass(1000);
  serverNow();
  pass(20, 8 * 3600_000);
  expect(serverNow() - NOON).toBe(1000 + 8 * 3600_000);
  pass(1000);
  expect(serverNow() - NOON).toBe(2000 + 8 * 3600_000);
});

test("a demo's fast clock runs on fast while the machine sleeps", () => {
  setClock({ now: "2026-03-01T12:00:00Z", speed: 10 });
  pass(0, 60_000);
  expect(serverNow() - NOON).toBe(600_000);
});

test("a wall clock that is put right by a little, or back, moves nothing", () => {
  pass(1000, 1500);
  serverNow();
  pass(1000, -3600_000);
  expect(serverNow() - NOON).toBe(2000);
});

test("the server is asked again when the page is seen or the network is back", () => {
  const fetching = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  const stop = startClock();
  fetching.mockClear();
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("online"));
  expect(fetching).toHaveBeenCalledTimes(2);
  stop();
  document.dispatchEvent(new Event("visibilitychange"));
  expect(fetching).toHaveBeenCalledTimes(2);
});
