/** Where the phone is, and what it says when it does not know. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followPosition, here, hereNow, placeFault } from "../src/store/positions.ts";
import { session } from "../src/store/session.ts";
import { forgetList, refresh } from "../src/store/sync.ts";
import { as, server } from "./support.ts";

type Found = Parameters<Geolocation["watchPosition"]>[0];
type Failed = NonNullable<Parameters<Geolocation["watchPosition"]>[1]>;

/** A phone whose finder is worked by hand. */
function finder() {
  const it = { watches: 0, asked: 0, found: null as Found | null, failed: null as Failed | null };
  const geolocation = {
    watchPosition(found: Found, failed: Failed) {
      it.watches += 1;
      Object.assign(it, { found, failed });
      return it.watches;
    },
    getCurrentPosition() {
      it.asked += 1;
    },
    clearWatch() {
      Object.assign(it, { found: null, failed: null });
    },
  };
  vi.stubGlobal("navigator", { geolocation });
  return it;
}

const at = (longitude: number, latitude: number, accuracy = 8) =>
  ({ coords: { longitude, latitude, accuracy, speed: null, heading: null } }) as never;
const DENIED = { code: 1, PERMISSION_DENIED: 1 } as never;
const UNAVAILABLE = { code: 2, PERMISSION_DENIED: 1 } as never;

let stop = () => {};

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
});

afterEach(() => {
  stop();
  session.value = null;
  forgetList();
  here.value = null;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function onShift() {
  const phone = finder();
  const it = server();
  session.value = as(7);
  await refresh();
  stop = followPosition();
  return { it, phone };
}

test("a denied position is told until it is allowed, and asked for anew on coming back", async () => {
  const { phone } = await onShift();
  phone.failed?.(DENIED);
  expect(placeFault.value).toBe("denied");
  document.dispatchEvent(new Event("visibilitychange"));
  expect(phone.watches).toBe(2);
  phone.found?.(at(1, 2));
  expect(placeFault.value).toBeNull();
});

test("a phone that does not know where it is says so, on shift only", async () => {
  const { it, phone } = await onShift();
  phone.failed?.(UNAVAILABLE);
  expect(placeFault.value).toBe("unknown");
  phone.found?.(at(1, 2));
  expect(placeFault.value).toBeNull();
  phone.found?.(at(3, 4, 6000));
  expect(placeFault.value).toBe("unknown");
  expect(here.value).toMatchObject({ lon: 1, lat: 2 });
  it.state = "off_shift";
  await refresh();
  expect(placeFault.value).toBeNull();
});

test("a page that may not ask says so", async () => {
  vi.stubGlobal("navigator", {});
  server();
  session.value = as(7);
  await refresh();
  stop = followPosition();
  expect(placeFault.value).toBe("denied");
});

test("where the phone was two minutes ago is not where it is", async () => {
  const { phone } = await onShift();
  phone.found?.(at(1, 2));
  vi.advanceTimersByTime(119_000);
  expect(hereNow()).toMatchObject({ lon: 1, lat: 2 });
  vi.advanceTimersByTime(1000);
  expect(hereNow()).toBeNull();
});

test("a phone that stands still is asked where it is, once a minute, on shift only", async () => {
  const { it, phone } = await onShift();
  phone.found?.(at(1, 2));
  vi.advanceTimersByTime(55_000);
  expect(phone.asked).toBe(0);
  vi.advanceTimersByTime(5000);
  expect(phone.asked).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(phone.asked).toBe(2);
  phone.found?.(at(1, 2));
  vi.advanceTimersByTime(55_000);
  expect(phone.asked).toBe(2);
  it.state = "off_shift";
  await refresh();
  vi.advanceTimersByTime(120_000);
  expect(phone.asked).toBe(2);
});
