/** What is shown between jobs. */

import { h, render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Login } from "../src/Login.tsx";
import { ShiftPanel } from "../src/ShiftPanel.tsx";
import { session } from "../src/store/session.ts";
import { deliver, forgetList, refresh, report } from "../src/store/sync.ts";
import { as, server } from "./support.ts";

const page = document.createElement("div");

beforeEach(() => {
  localStorage.clear();
});

afterEach(() => {
  render(null, page);
  session.value = null;
  forgetList();
  vi.unstubAllGlobals();
});

test("what waits on the phone is not called reported", async () => {
  const it = server();
  session.value = as(7);
  await refresh();
  it.reachable = false;
  report("rolling", 70);
  report("declined", 70, "flat tyre");
  await deliver();
  render(h(ShiftPanel, {}), page);
  expect(page.textContent).toContain("Kept on this phone.");
  expect(page.textContent).not.toContain("Reported");
  expect(page.querySelector(".steps")).toBeNull();
  it.reachable = true;
  it.lists = false;
  await deliver();
  render(h(ShiftPanel, {}), page);
  expect(page.textContent).toContain("Reported.");
});

test("who has to log in again need not type the unit", async () => {
  server();
  session.value = as(7);
  await refresh();
  render(h(Login, {}), page);
  expect(page.querySelector<HTMLInputElement>("[name=unit]")?.value).toBe("T-7");
});
