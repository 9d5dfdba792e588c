import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listenToKeys } from "../src/console/command/keys.ts";
import { IntakeForm } from "../src/console/intake/IntakeForm.tsx";
import { pickedPlace, picking } from "../src/console/map/view.ts";
import { callDrafts } from "../src/console/store/drafts.ts";
import { openUnitCard, takeCall, takingCall } from "../src/console/store/selection.ts";
import { expired, logOut, token } from "../src/console/store/session.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { incident } from "./incidents.ts";

const box = document.createElement("div");
const show = () => act(() => render(h(IntakeForm, {}), box));
const leave = () => act(() => render(null, box));
const input = (path: string) => box.querySelector<HTMLInputElement>(`[data-path="${path}"] input`);
const button = (text: string) =>
  [...box.querySelectorAll("button")].find((one) => one.textContent?.includes(text));

function clickMap() {
  return act(() => {
    pickedPlace.value = [113.3, 23.1];
  });
}

async function type(path: string, text: string) {
  const field = input(path);
  if (!field) throw new Error(`There is no field ${path}.`);
  field.value = text;
  await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
}

async function send() {
  await act(async () => {
    box.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await new Promise((resolve) => setTimeout(resolve));
  });
}

beforeEach(async () => {
  document.body.append(box);
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  token.value = "t1";
  toasts.value = [];
  takeCall();
  await show();
});

afterEach(async () => {
  callDrafts.clear();
  await leave();
  box.remove();
  token.value = null;
});

test("a call that is left for another card is kept, and shown on coming back", async () => {
  await type("caller.phone", "13800001234");
  await clickMap();
  openUnitCard(7);
  await leave();
  expect(toasts.value[0]?.text).toContain("kept");
  expect(pickedPlace.value).toBeNull();
  takeCall();
  await show();
  expect(input("caller.phone")?.value).toBe("13800001234");
  expect(pickedPlace.value).toEqual([113.3, 23.1]);
  expect(box.textContent).toContain("not sent yet");
});

test("a form that nothing was filled into leaves without a word", async () => {
  await leave();
  expect(toasts.value).toEqual([]);
  await show();
  expect(button("Discard")).toBeUndefined();
});

test("Escape leaves the field, not the form", async () => {
  const stop = listenToKeys();
  const pressed = () => new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
  input("caller.phone")?.focus();
  input("caller.phone")?.dispatchEvent(pressed());
  expect(takingCall.value).toBe(true);
  expect(document.activeElement).toBe(document.body);
  document.body.dispatchEvent(pressed());
  expect(takingCall.value).toBe(false);
  stop();
});

test("what was discarded can be brought back", async () => {
  await type("caller.phone", "13800001234");
  await act(() => button("Discard")?.click());
  expect(input("caller.phone")?.value).toBe("");
  await act(() => toasts.value[0]?.undo?.());
  expect(input("caller.phone")?.value).toBe("13800001234");
});

test("after another call was taken the map sets the pin again", async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(
    async () => new Response(JSON.stringify(incident(1))),
  );
  expect(picking.value).toBe(true);
  await type("caller.phone", "13800001234");
  await send();
  expect(picking.value).toBe(false);
  expect(callDrafts.begun()).toBe(false);
  await act(() => button("Another call")?.click());
  expect(picking.value).toBe(true);
  expect(input("caller.phone")?.value).toBe("");
  await clickMap();
  expect(callDrafts.place.value.pin).toEqual([113.3, 23.1]);
});

test.each([
  [1, false],
  [2, true],
])("call %d for a car: that it was merged is told %s", async (n_calls, told) => {
  vi.spyOn(globalThis, "fetch").mockImplementation(
    async () => new Response(JSON.stringify(incident(1, { n_calls }))),
  );
  await type("caller.phone", "13800001234");
  await send();
  expect(box.textContent?.includes("Same car as R-1001")).toBe(told);
});

test("a call whose answer was lost is the same call after coming back", async () => {
  const fetching = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  await type("caller.phone", "13800001234");
  fetching.mockClear();
  await send();
  await leave();
  await show();
  await send();
  const keys = fetching.mock.calls
    .filter(([url]) => String(url).endsWith("/incidents"))
    .map(([, sent]) => new Headers(sent?.headers).get("idempotency-key"));
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
});

test("who logs out leaves no call behind; a session that ended by itself keeps it", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  await type("caller.phone", "13800001234");
  logOut("refused");
  expect(callDrafts.begun()).toBe(true);
  token.value = "t2";
  expired.value = false;
  logOut();
  expect(callDrafts.begun()).toBe(false);
});

test("the day of purchase can be entered", async () => {
  await type("vehicle.purchased_on", "2024-03-14");
  expect(callDrafts.place.value.purchasedOn).toBe("2024-03-14");
});

test("a post that cannot be read says so, once the field is left", async () => {
  await act(() => button("Motorway")?.click());
  await act(() => input("location.km")?.focus());
  await type("location.km", "K12+");
  expect(box.querySelector(".field-fault")).toBeNull();
  await act(() => input("location.km")?.blur());
  expect(box.querySelector(".field-fault")?.textContent).toContain("K1234+500");
});

test("an address is chosen by keys alone, and the field has the focus again", async () => {
  const place = (text: string) => ({ text, lon: 113.3, lat: 23.1, confidence: 0.9 });
  vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
    Response.json({ items: [place("Sun Street 1"), place("Sun Street 2")] }),
  );
  await act(() => button("Address")?.click());
  await type("location.address", "Sun");
  await vi.waitFor(() => expect(box.querySelectorAll(".places button")).toHaveLength(2));
  input("location.address")?.focus();
  const arrow = (key: string) =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
  for (const key of ["ArrowDown", "ArrowDown"]) arrow(key);
  expect(document.activeElement?.textContent).toContain("Sun Street 2");
  await act(() => (document.activeElement as HTMLElement).click());
  expect(input("location.address")?.value).toBe("Sun Street 2");
  expect(document.activeElement).toBe(input("location.address"));
});

test("a form that is left gives the focus back to what had it before", async () => {
  await leave();
  const row = document.createElement("button");
  document.body.append(row);
  row.focus();
  await show();
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(document.activeElement).toBe(button("Yes, safe"));
  await leave();
  expect(document.activeElement).toBe(row);
  row.remove();
});

test("after saving, Enter opens the incident", async () => {
  await type("caller.phone", "13800001234");
  await clickMap();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json(incident(1)));
  await send();
  expect(box.querySelector(".promised-number")?.textContent).toBe("R-1001");
  expect(document.activeElement?.textContent).toContain("Open incident");
});
