import type { Incident } from "@roadflare/kit/contract.ts";
import { speak } from "@roadflare/kit/words.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AskDialog } from "../src/console/card/AskDialog.tsx";
import { question } from "../src/console/card/ask.ts";
import { IncidentCard } from "../src/console/card/IncidentCard.tsx";
import { listenToKeys } from "../src/console/command/keys.ts";
import { pickedPlace, picking } from "../src/console/map/view.ts";
import { correctingPlace, selectIncident } from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { incidents, me } from "../src/console/store/world.ts";
import { incident } from "./incidents.ts";
import { serving, settled } from "./server.ts";

const box = document.createElement("div");
let stop = () => {};
const put = (part: Partial<Incident> = {}) => {
  incidents.value = [incident(1, part)];
};
const press = (key: string) =>
  act(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await settled();
  });
const form = () => box.querySelector<HTMLFormElement>("form.correct-place");
const howToFind = () => box.querySelector<HTMLInputElement>("[data-path=location_note] input");
const offered = () => [...box.querySelectorAll(".actions button")].map((one) => one.textContent);
const write = (text: string) =>
  act(() => {
    const field = howToFind() as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
const click = (lon: number, lat: number) =>
  act(() => {
    pickedPlace.value = [lon, lat];
  });
const submit = (what: string) =>
  act(async () => {
    box.querySelector(what)?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });

beforeEach(async () => {
  document.body.append(box);
  token.value = "t1";
  toasts.value = [];
  serving({});
  put({ location: { ...incident(1).location, note: "pillar 3" } });
  selectIncident(1);
  stop = listenToKeys();
  await act(() => render([h(IncidentCard, { id: 1 }), h(AskDialog, {})], box));
});

afterEach(async () => {
  stop();
  await act(() => render(null, box));
  box.remove();
  question.value = null;
  selectIncident(null);
  incidents.value = null;
  me.value = null;
  token.value = null;
});

test("a place clicked on the map is sent as a correction of what was seen", async () => {
  const asked = serving({ "PATCH /incidents/1": () => ({ body: incident(1, { etag: '"2"' }) }) });
  await press("e");
  expect(picking.value).toBe(true);
  await click(113.3, 23.1);
  await submit("form.correct-place");
  const sent = asked.find(({ path }) => path.startsWith("PATCH"));
  expect(sent?.body).toEqual({ location: { lon: 113.3, lat: 23.1, datum: "WGS-84" } });
  expect(sent?.headers.get("if-match")).toBe('"1"');
  expect(sent?.headers.get("idempotency-key")).toBeTruthy();
  expect(toasts.value[0]?.text).toBe("R-1001: place corrected");
  expect([form(), picking.value, pickedPlace.value]).toEqual([null, false, null]);
  expect(asked.at(-1)?.path).toContain("GET /incidents/1");
});

test("how to find it is begun with what is known, and sent alone where the place is right", async () => {
  const asked = serving({ "PATCH /incidents/1": () => ({ body: incident(1) }) });
  await press("e");
  expect(howToFind()?.value).toBe("pillar 3");
  expect(form()?.querySelector<HTMLButtonElement>("[type=submit]")?.disabled).toBe(true);
  await write("pillar 8");
  await submit("form.correct-place");
  expect(asked.find(({ path }) => path.startsWith("PATCH"))?.body).toEqual({
    location_note: "pillar 8",
  });
});

test("how to find it is emptied where its field is", async () => {
  const asked = serving({ "PATCH /incidents/1": () => ({ body: incident(1) }) });
  await press("e");
  await write("  ");
  await submit("form.correct-place");
  expect(asked.find(({ path }) => path.startsWith("PATCH"))?.body).toEqual({ location_note: null });
});

test("what is refused is said at its field, and what was filled in stays", async () => {
  const fault = { pointer: "/location", text: { zh: "不在城内。", en: "Not in the town." } };
  serving({ "PATCH /incidents/1": () => ({ status: 422, body: { faults: [fault] } }) });
  await press("e");
  await click(113.3, 23.1);
  await write("pillar 8");
  await submit("form.correct-place");
  expect(form()?.querySelector("[data-path=location] .field-fault")?.textContent).toContain(
    "Not in the town.",
  );
  await act(() => speak("zh"));
  expect(form()?.querySelector("[data-path=location] .field-fault")?.textContent).toBe(
    "不在城内。",
  );
  await act(() => speak("en"));
  expect(howToFind()?.value).toBe("pillar 8");
  expect(pickedPlace.value).toEqual([113.3, 23.1]);
});

test("who was overtaken is told so, and the next press builds on what is true now", async () => {
  const asked = serving({
    "PATCH /incidents/1": ({ headers }) =>
      headers.get("if-match") === '"2"' ? { body: incident(1) } : { status: 412, body: {} },
    "GET /incidents/1": () => ({ body: incident(1, { etag: '"2"' }) }),
  });
  await press("e");
  await click(113.3, 23.1);
  await submit("form.correct-place");
  expect(toasts.value[0]?.text).toContain("Somebody else has changed");
  expect(form()).not.toBeNull();
  await submit("form.correct-place");
  expect(form()).toBeNull();
  expect(asked.filter(({ path }) => path.startsWith("PATCH"))).toHaveLength(2);
});

test("a correction that was left is kept, for this incident alone", async () => {
  await press("e");
  await write("pillar 8");
  await press("Escape");
  expect(correctingPlace.value).toBe(false);
  expect(toasts.value.at(-1)?.text).toContain("E brings it back");
  await press("e");
  expect(howToFind()?.value).toBe("pillar 8");
  await act(() => form()?.querySelector<HTMLElement>(".ask-buttons button")?.click()); // Discard
  expect(howToFind()?.value).toBe("pillar 3");
});

test("the keys of the card rest while its place is corrected", async () => {
  await press("e");
  for (const key of ["x", "w"]) await press(key);
  expect(question.value).toBeNull();
});

test("they work again where the incident was closed meanwhile", async () => {
  await press("e");
  await act(() => put({ state: "closed" }));
  expect([form(), correctingPlace.value, picking.value]).toEqual([null, false, false]);
});

test("a note is sent as it was seen, and kept with its key where the answer was lost", async () => {
  let asked = serving({ "GET /incidents/1": () => ({ body: incident(1) }) });
  const sent = () => asked.find(({ path }) => path.startsWith("PATCH"));
  await press("w");
  const field = box.querySelector<HTMLInputElement>("dialog [name=text]") as HTMLInputElement;
  field.value = "child in the car";
  await submit("dialog form");
  expect(box.querySelector<HTMLInputElement>("dialog [name=text]")?.value).toBe("child in the car");
  const key = sent()?.headers.get("idempotency-key");
  asked = serving({ "PATCH /incidents/1": () => ({ body: incident(1) }) });
  await submit("dialog form");
  expect(sent()?.body).toEqual({ note: "child in the car" });
  expect(sent()?.headers.get("if-match")).toBe('"1"');
  expect(key && sent()?.headers.get("idempotency-key")).toBe(key);
  expect(question.value).toBeNull();
  expect(toasts.value.at(-1)?.text).toBe("R-1001: note added");
});

const CORRECT = "Correct the place E";
const NOTE = "Add a note W";

test.each([
  ["waiting", "call_taker", [CORRECT, NOTE]],
  ["rolling", "dispatcher", [CORRECT, NOTE]],
  ["on_site", "dispatcher", [NOTE]],
  ["closed", "dispatcher", []],
  ["waiting", "planner", []],
] as const)("%s: a %s is offered %j", async (state, role, expected) => {
  await act(() => {
    me.value = { role } as never;
    put({ state });
  });
  expect(offered().filter((text) => text === CORRECT || text === NOTE)).toEqual(expected);
  await press("e");
  expect(correctingPlace.value).toBe((expected as readonly string[]).includes(CORRECT));
});
