import { timezone } from "@roadflare/kit/format.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenToKeys } from "../src/console/command/keys.ts";
import { cancellingVisit, movingVisit, openVisitCard } from "../src/console/store/selection.ts";
import { visits } from "../src/console/store/visits.ts";
import { VisitCard } from "../src/console/visits/VisitCard.tsx";
import { serving, settled } from "./server.ts";

const box = document.createElement("div");
const VISIT = {
  id: 1,
  code: "K7",
  kind: "installation",
  window: ["2026-06-08T01:00:00Z", "2026-06-08T03:00:00Z"],
  vehicle: {},
  caller: {},
  location: { lon: 113, lat: 23, text: "Sun Street 1" },
  photos: [],
  missing_photos: [],
};

beforeEach(() => document.body.append(box));

afterEach(async () => {
  await act(() => render(null, box));
  box.remove();
});

const show = (part: object) =>
  act(() => render(h(VisitCard, { visit: { ...VISIT, state: "booked", ...part } as never }), box));
const text = (what: string) => box.querySelector(what)?.textContent ?? null;

test("a visit that has not begun is offered to be cancelled", async () => {
  await show({ stage: "assigned", can_cancel: true, unit_code: "V-01" });
  expect(text(".actions .danger")).toBe("Cancel visit X");
  expect(text(".visit-instead")).toBeNull();
});

test.each([
  ["on_the_way", "V-01", "call the crew of V-01"],
  ["fetched", "V-01", "call the crew of V-01"],
  ["at_centre", "V-01", "brought back as booked"],
  ["at_centre", null, "brought back as booked"],
])("one that is %s says what can be done instead", async (stage, unit_code, instead) => {
  await show({ stage, can_cancel: false, unit_code });
  expect(text(".actions .danger")).toBeNull();
  expect(text(".visit-instead")).toContain(instead);
});

test.each(["done", "failed", "cancelled"])("one that is %s offers nothing", async (stage) => {
  await show({ stage, can_cancel: false, unit_code: "V-01" });
  expect(text(".actions .danger")).toBeNull();
  expect(text(".visit-instead")).toBeNull();
});

test.each([true, false])("its key asks only where it can be cancelled: %s", async (can_cancel) => {
  const visit = { ...VISIT, state: "booked", stage: "assigned", can_cancel } as never;
  visits.value = [visit];
  openVisitCard(VISIT.id);
  const stop = listenToKeys();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));
  expect(cancellingVisit.value).toBe(can_cancel);
  stop();
  openVisitCard(null);
  visits.value = null;
});

test("what its owner thought of it is told", async () => {
  await show({ stage: "done", can_cancel: false, rating: { stars: 2, text: "came twice" } });
  expect(text(".rated")).toBe("★★☆☆☆");
  expect(box.querySelector(".rated")?.getAttribute("aria-label")).toBe("2 of 5 stars");
  expect(text(".facts")).toContain("came twice");
});

test("a refused cancellation keeps the reason, says why, and can be pressed again", async () => {
  let refused = true;
  const asked = serving({
    "POST /cancel": () =>
      refused
        ? { status: 409, body: { code: "conflict", text: { en: "V-01 is on the way.", zh: "" } } }
        : { body: { ...VISIT, state: "cancelled", stage: "cancelled", can_cancel: false } },
    "GET ": () => ({ body: { items: [VISIT] } }),
  });
  cancellingVisit.value = true;
  await show({ stage: "assigned", can_cancel: true, unit_code: "V-01" });
  const reason = box.querySelector<HTMLInputElement>("dialog [name=text]");
  if (reason) reason.value = "is abroad";
  const submit = () =>
    act(async () => {
      box.querySelector("dialog form")?.dispatchEvent(new Event("submit", { cancelable: true }));
      await settled();
    });
  await submit();
  expect(text("dialog [role=alert]")).toBe("V-01 is on the way.");
  expect(box.querySelector<HTMLInputElement>("dialog [name=text]")?.value).toBe("is abroad");
  refused = false;
  await submit();
  expect(box.querySelector("dialog")).toBeNull();
  const sent = asked.filter(({ path }) => path.endsWith("/cancel")).map(({ body }) => body);
  expect(sent).toEqual([{ reason: "is abroad" }, { reason: "is abroad" }]);
  visits.value = null;
});

const PICKUP = {
  kind: "pickup_delivery",
  return_window: ["2026-06-08T07:00:00Z", "2026-06-08T09:00:00Z"],
  can_move: true,
  can_cancel: false,
};

test.each([
  ["assigned", ["window", "return_window"]],
  ["at_centre", ["return_window"]],
])("of a visit that is %s the slots that have not begun are moved: %j", async (stage, slots) => {
  timezone.value = "Asia/Shanghai";
  const moved = { ...VISIT, ...PICKUP, state: "booked", stage };
  const asked = serving({ "POST /move": () => ({ body: moved }) });
  await show({ ...PICKUP, stage });
  await act(() => box.querySelector<HTMLElement>(".actions .button")?.click());
  await act(async () => {
    box.querySelector<HTMLFormElement>("form.ask")?.requestSubmit();
    await settled();
  });
  const sent = asked.find(({ path }) => path === "POST /appointments/1/move");
  expect(Object.keys(sent?.body as object)).toEqual(slots);
  expect(sent?.body).toMatchObject({
    return_window: { start_at: "2026-06-08T07:00:00.000Z", end_at: "2026-06-08T09:00:00.000Z" },
  });
  movingVisit.value = false;
  timezone.value = null;
});

test("one that cannot be moved has no such button", async () => {
  await show({ stage: "done", can_move: false, can_cancel: false });
  expect(text(".actions")).toBeNull();
});
