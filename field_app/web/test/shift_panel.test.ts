/** What is shown between jobs. */

import { h, render } from "preact";
import { act } from "preact/test-utils";
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
  report("declined", 70, { reason: "flat tyre" });
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

test("a wet thumb does not end a shift", async () => {
  const it = server();
  it.state = "idle";
  it.job = null;
  session.value = as(7);
  await refresh();
  render(h(ShiftPanel, {}), page);
  document.body.append(page);
  press("End shift", ".steps");
  expect(page.querySelector("dialog")?.textContent).toContain("no more jobs");
  press("Back", "dialog");
  expect(page.querySelector("dialog")).toBeNull();
  expect(it.shifts).toEqual([]);
  press("End shift", ".steps");
  press("End shift", "dialog");
  await vi.waitFor(() => expect(it.shifts.map((one) => one.action)).toEqual(["end"]));
  expect(page.querySelector("dialog")).toBeNull();
  page.remove();
});

test("who ends a shift is told what is still on the list", async () => {
  const it = server();
  it.state = "paused";
  it.job = null;
  const job = (job_id: number, number: string, place: string) => ({
    job_id,
    number,
    label: { en: "Tow", zh: "拖车" },
    planned_arrival_at: null,
    location: { lon: 0, lat: 0, text: place, note: null },
  });
  it.later = {
    next: [job(1, "R-1001", "Sun Street 1")],
    visits: [job(2, "V-22", "Moon Street 2")],
  };
  session.value = as(7);
  await refresh();
  render(h(ShiftPanel, {}), page);
  document.body.append(page);
  press("End shift", ".steps");
  const dialog = page.querySelector("dialog");
  expect(dialog?.textContent).toContain("Still on your list: 2.");
  const listed = [...(dialog?.querySelectorAll("li") ?? [])].map((one) => one.textContent);
  expect(listed).toEqual(["–TowSun Street 1R-1001", "–TowMoon Street 2V-22"]);
  page.remove();
});

function press(text: string, within: string): void {
  const buttons = [...page.querySelectorAll<HTMLButtonElement>(`${within} button`)];
  act(() => buttons.find((button) => button.textContent === text)?.click());
}
