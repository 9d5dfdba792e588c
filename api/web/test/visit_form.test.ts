import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { visitDrafts } from "../src/console/store/drafts.ts";
import { bookVisit } from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { VisitForm } from "../src/console/visits/VisitForm.tsx";
import { serving, settled } from "./server.ts";

const box = document.createElement("div");
const VISIT = { id: 1, code: "K7", window: ["2026-06-08T01:00:00Z", "2026-06-08T03:00:00Z"] };
const NO_CAR = { pointer: "/vehicle", text: { zh: "未填写车辆。", en: "No car is named." } };

const send = () =>
  act(async () => {
    box.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });

beforeEach(async () => {
  document.body.append(box);
  token.value = "t1";
  serving({});
  bookVisit();
  await act(() => render(h(VisitForm, {}), box));
});

afterEach(async () => {
  visitDrafts.clear();
  await act(() => render(null, box));
  box.remove();
  token.value = null;
});

test("a car that is not named is said at the car, once", async () => {
  serving({ "POST /appointments": () => ({ status: 422, body: { faults: [NO_CAR] } }) });
  await send();
  const faults = [...box.querySelectorAll(".field-fault")];
  expect(faults.map((one) => one.closest("[data-path]")?.getAttribute("data-path"))).toEqual([
    "vehicle",
  ]);
});

test("another visit begins with nothing of the one before", async () => {
  const asked = serving({ "POST /appointments": () => ({ body: VISIT }) });
  const note = () => box.querySelector<HTMLInputElement>("[data-path=note] input");
  const kind = () => box.querySelector(".chip[aria-pressed=true]")?.textContent;
  await act(() => {
    const field = note() as HTMLInputElement;
    field.value = "dog";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => box.querySelectorAll<HTMLElement>(".chip")[1]?.click());
  expect(kind()).toBe("Charger installation");
  await send();
  expect(asked[0]?.body).toMatchObject({ kind: "installation", note: "dog" });
  await act(() => box.querySelector<HTMLElement>(".promised .ask-buttons button")?.click());
  expect(note()?.value).toBe("");
  expect(kind()).toBe("Pickup and delivery");
});
