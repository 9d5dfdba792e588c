import type { CarHistory } from "@roadflare/kit/contract.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IncidentCard } from "../src/console/card/IncidentCard.tsx";
import { carQuery } from "../src/console/cars/use_car_history.ts";
import { IntakeForm } from "../src/console/intake/IntakeForm.tsx";
import { callDrafts } from "../src/console/store/drafts.ts";
import { selectIncident, takeCall, takingCall } from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { incidents } from "../src/console/store/world.ts";
import { incident } from "./incidents.ts";
import { serving } from "./server.ts";

const box = document.createElement("div");
const PLATE = "粤AD12345";
const KNOWN: CarHistory = {
  vehicle: {
    vin: null,
    plate: PLATE,
    model: "P7",
    purchased_on: "2024-03-14",
    colour: "white",
  },
  incidents: [4, 3, 2, 1].map((id) => ({
    id,
    number: `R-100${id}`,
    state: "closed",
    outcome: "towed",
    received_at: `2026-02-0${id}T22:30:00Z`,
    fault: "tyre",
    place: "Sun Street 1",
  })),
  visits: [
    {
      id: 9,
      code: "ABC234",
      kind: "installation",
      stage: "done",
      starts_at: "2026-01-31T22:30:00Z",
    },
  ],
};

const input = (path: string) => {
  const field = box.querySelector<HTMLInputElement>(`[data-path="${path}"] input`);
  if (!field) throw new Error(`There is no field ${path}.`);
  return field;
};
const type = (path: string, text: string) =>
  act(() => {
    const field = input(path);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
const wait = () =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(500);
  });
const rows = () => [...box.querySelectorAll(".car-events li")].map((one) => one.textContent);
const links = () =>
  [...box.querySelectorAll(".car-events a")].map((one) => one.getAttribute("href"));
const takeOver = () => box.querySelector<HTMLButtonElement>(".known-car button");

beforeEach(() => {
  vi.useFakeTimers();
  document.body.append(box);
  token.value = "t1";
  timezone.value = "Asia/Shanghai";
});

afterEach(async () => {
  callDrafts.clear();
  await act(() => render(null, box));
  box.remove();
  takingCall.value = false;
  selectIncident(null);
  incidents.value = null;
  token.value = null;
  timezone.value = undefined;
  vi.useRealTimers();
});

async function form() {
  takeCall();
  await act(() => render(h(IntakeForm, {}), box));
}

test("a car is asked for once its plate is whole, not at every letter", async () => {
  const asked = serving({ "GET ": () => ({ body: KNOWN }) });
  await form();
  for (const text of ["粤", "粤AD1", "粤AD123", PLATE]) await type("vehicle.plate", text);
  await wait();
  const cars = asked.filter(({ path }) => path.includes("/cars/history"));
  expect(cars.map(({ path }) => decodeURIComponent(path))).toEqual([
    `GET /cars/history?plate=${PLATE}`,
  ]);
});

test("what was said before fills what is empty, and nothing else", async () => {
  serving({ "GET ": () => ({ body: KNOWN }) });
  await form();
  await type("vehicle.plate", PLATE);
  await type("vehicle.model", "P7i");
  await wait();
  expect(takeOver()?.textContent).toContain("white");
  expect(takeOver()?.textContent).not.toContain("P7");
  await act(() => takeOver()?.click());
  expect(input("vehicle.model").value).toBe("P7i");
  expect(input("vehicle.colour").value).toBe("white");
  expect(input("vehicle.purchased_on").value).toBe("2024-03-14");
  expect(takeOver()).toBeNull();
});

test("the newest three are shown with links, the others on demand", async () => {
  serving({ "GET ": () => ({ body: KNOWN }) });
  await form();
  await type("vehicle.plate", PLATE);
  await wait();
  expect(rows()).toHaveLength(5);
  expect(box.querySelectorAll("details .car-events li")).toHaveLength(2);
  expect(links()).toEqual([
    "#incident=4",
    "#incident=3",
    "#incident=2",
    "#incident=1",
    "#visit=9&day=2026-02-01",
  ]);
});

test("a call about a car with an open incident is said to join it", async () => {
  const [first, ...others] = KNOWN.incidents;
  const open = [{ ...first, state: "on_site", outcome: null }, ...others];
  serving({ "GET ": () => ({ body: { ...KNOWN, incidents: open } }) });
  await form();
  await type("vehicle.plate", PLATE);
  await wait();
  expect(box.querySelector(".known-car .text-at-risk")?.textContent).toContain("R-1004");
});

test("a car that is not known leaves the form as it is", async () => {
  const nothing = { vin: null, plate: null, model: null, purchased_on: null, colour: null };
  serving({ "GET ": () => ({ body: { vehicle: nothing, incidents: [], visits: [] } }) });
  await form();
  await type("vehicle.plate", PLATE);
  await wait();
  expect(box.querySelector(".known-car")).toBeNull();
});

test("an answer about a plate that was changed since is not shown", async () => {
  serving({ "GET ": () => ({ body: KNOWN }) });
  await form();
  await type("vehicle.plate", PLATE);
  await wait();
  expect(rows()).toHaveLength(5);
  await type("vehicle.plate", "粤AD9");
  expect(rows()).toHaveLength(0);
});

test("that it could not be read is said", async () => {
  serving({});
  await form();
  await type("vehicle.plate", PLATE);
  await wait();
  expect(box.textContent).toMatch(/could not be read|无法读取/);
});

test("the card tells the other incidents of its car", async () => {
  serving({ "GET ": () => ({ body: KNOWN }) });
  incidents.value = [incident(4)];
  selectIncident(4);
  await act(() => render(h(IncidentCard, { id: 4 }), box));
  await wait();
  expect(links()).not.toContain("#incident=4");
  expect(links()).toContain("#incident=3");
});

test("short texts name no car", () => {
  expect(carQuery("粤AD", "LSVAA")).toBe("");
  expect(carQuery(null, null)).toBe("");
  expect(carQuery(null, "LSVAA2180E2123456")).toBe("vin=LSVAA2180E2123456");
});
