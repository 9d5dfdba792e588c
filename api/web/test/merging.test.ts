import type { Incident } from "@roadflare/kit/contract.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AskDialog } from "../src/console/card/AskDialog.tsx";
import { question } from "../src/console/card/ask.ts";
import { IncidentCard } from "../src/console/card/IncidentCard.tsx";
import { duplicatesOf, isLikely, outcomeOf, pairOf } from "../src/console/card/merging.ts";
import { commandsFor } from "../src/console/command/commands.ts";
import { listenToKeys } from "../src/console/command/keys.ts";
import { selectedIncidentId, selectIncident } from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { incidents, me } from "../src/console/store/world.ts";
import { at, incident } from "./incidents.ts";
import { serving, settled } from "./server.ts";

const NO_CAR = { vin: null, plate: null, model: null, purchased_on: null, colour: null };
const place = (lon: number, confidence = 1) => ({
  ...incident(1).location,
  lon,
  confidence,
  text: `Sun Street ${lon}`,
});
/** A second caller for the car of 1, who knows no plate, 300 m and four minutes away. */
const double = (part: Partial<Incident> = {}) =>
  incident(2, {
    received_at: at(4),
    target_at: at(34),
    vehicle: NO_CAR,
    caller: { name: "Wu", phone: "139****0009" },
    location: place(113.003),
    etag: '"2"',
    ...part,
  });
const far = (id: number, part: Partial<Incident> = {}) =>
  incident(id, {
    location: place(113.4),
    vehicle: { ...NO_CAR, plate: `粤B${id}` },
    caller: { name: null, phone: `137****000${id}` },
    ...part,
  });

test("the likeliest come first: the same car, the same number, then what is near and soon", () => {
  const here = incident(1);
  const all = [
    here,
    far(7),
    double(),
    far(5, { vehicle: here.vehicle }),
    far(6, { vehicle: NO_CAR, caller: here.caller }),
    far(8, { state: "closed" }),
  ];
  const found = duplicatesOf(here, all);
  expect(found.map((one) => one.incident.id)).toEqual([5, 6, 2, 7]);
  expect(found.map(({ like }) => isLikely(like))).toEqual([true, true, true, false]);
});

test("another plate speaks against it, however near", () => {
  const near = double({ vehicle: { ...NO_CAR, plate: "粤B99999" } });
  const [found] = duplicatesOf(incident(1), [near]);
  expect(found && isLikely(found.like)).toBe(false);
});

test.each([
  ["1007", [7]],
  ["R-1007", [7]],
  ["粤b7", [7]],
  ["wu", [2]],
  ["nobody", []],
])("any open one is found by %s", (typed, ids) => {
  const found = duplicatesOf(incident(1), [double(), far(7), far(17)], typed);
  expect(found.map((one) => one.incident.id)).toEqual(ids);
});

test.each([
  [{}, {}, 1],
  [{ received_at: at(9) }, {}, 2],
  [{}, { state: "rolling" }, 2],
  [{ state: "rolling" }, { state: "assigned" }, 1],
  [{ state: "rolling" }, { state: "waiting", arrived_at: at(9) }, 2],
] as const)("%j and %j: %d goes on", (one, other, kept) => {
  expect(pairOf(incident(1, one), double(other)).kept.id).toBe(kept);
});

test("the later number, the surer place and the earlier promise go on", () => {
  const [first, later] = [incident(1), double()];
  const ids = (gone: Incident, kept: Incident) => {
    const { calledBack, place, promise } = outcomeOf({ gone, kept });
    return [calledBack.id, place.id, promise.id];
  };
  expect(ids(later, first)).toEqual([2, 2, 1]);
  expect(ids(first, later)).toEqual([2, 2, 1]);
  expect(ids(double({ location: place(113, 0.5) }), first)).toEqual([2, 1, 1]);
  expect(ids(later, incident(1, { state: "on_site" }))).toEqual([2, 1, 1]);
});

const box = document.createElement("div");
let stop = () => {};
const press = (key: string) =>
  act(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await settled();
  });
const texts = (what: string) => [...box.querySelectorAll(what)].map((one) => one.textContent ?? "");
const click = (start: string) =>
  act(() =>
    [...box.querySelectorAll<HTMLElement>("dialog button")]
      .find((one) => one.textContent?.startsWith(start))
      ?.click(),
  );
const submit = () =>
  act(async () => {
    box.querySelector("dialog form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });

beforeEach(async () => {
  document.body.append(box);
  token.value = "t1";
  toasts.value = [];
  serving({});
  incidents.value = [incident(1), double(), far(7)];
  selectIncident(1);
  stop = listenToKeys();
  await act(() => render([h(IncidentCard, { id: 1, key: 1 }), h(AskDialog, {})], box));
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

test("one is looked at before it is joined, and what follows is said", async () => {
  const merged = incident(2, { state: "closed", outcome: "merged", merged_into: 1 });
  const asked = serving({ "POST /merge": () => ({ body: merged }) });
  expect(texts(".actions button")).toContain("Join with… G");
  await press("g");
  expect(texts(".merge-choice b")).toEqual(["R-1002", "R-1007"]);
  await submit();
  expect(asked.some(({ path }) => path.endsWith("/merge"))).toBe(false);
  expect(texts(".merge-pair thead th")).toEqual(["R-1001 goes on", "R-1002 is closed"]);
  expect(texts(".merge-choice b")).toEqual(["R-1002"]);
  expect(texts(".merge-follows li").join(" ")).toContain("To call back: 139****0009, as of R-1002");
  await submit();
  const sent = asked.find(({ path }) => path.endsWith("/merge"));
  expect([sent?.path, sent?.body]).toEqual(["POST /incidents/2/merge", { into: 1 }]);
  expect(sent?.headers.get("if-match")).toBe('"2"');
  expect(sent?.headers.get("idempotency-key")).toBeTruthy();
  expect(question.value).toBeNull();
  expect(toasts.value[0]?.text).toBe("R-1002 joined with R-1001, which goes on");
  expect(incidents.value?.map(({ id }) => id)).not.toContain(2);
});

test("the other way round, the one that goes on is looked at next", async () => {
  const asked = serving({
    "POST /merge": () => ({ body: incident(1, { state: "closed", merged_into: 2 }) }),
  });
  await press("g");
  await click("R-1002");
  await click("The other way round");
  await submit();
  expect(asked.find(({ path }) => path.endsWith("/merge"))?.body).toEqual({ into: 2 });
  expect(selectedIncidentId.value).toBe(2);
});

test("one that was chosen by mistake is put back", async () => {
  await press("g");
  await click("R-1007");
  await click("R-1007");
  expect(texts(".merge-choice b")).toEqual(["R-1002", "R-1007"]);
  expect(box.querySelector(".merge-pair")).toBeNull();
});

test("whose unit and contractor are told is said, and that plates differ", async () => {
  await act(() => {
    incidents.value = [
      incident(1, { state: "rolling" }),
      double({
        state: "assigned",
        vehicle: { ...NO_CAR, plate: "粤B99999" },
        job: { unit_code: "T-07", unit_id: 7, state: "ordered", lock: "free" } as never,
        contractor: { id: 1, name: "Lu", state: "offered" } as never,
      }),
    ];
  });
  await press("g");
  await click("R-1002");
  const said = texts(".merge-follows li").join(" ");
  expect(said).toContain("T-07 is told");
  expect(said).toContain("Lu is told");
  expect(texts(".safety.danger").join(" ")).toContain("Plate or VIN differ");
});

test("one with somebody at the car is only joined the other way round", async () => {
  await act(() => {
    incidents.value = [incident(1), double({ state: "on_site", arrived_at: at(9) })];
  });
  await press("g");
  await click("R-1002");
  const yes = () => box.querySelector<HTMLButtonElement>("dialog [type=submit]");
  expect([yes()?.textContent, yes()?.disabled]).toEqual(["Join R-1001 into R-1002 ↵", false]);
  await click("The other way round");
  expect(yes()?.disabled).toBe(true);
  expect(texts("dialog .safety").join(" ")).toContain("join them the other way round");
});

test("what is refused is said with its remedy, and stays open", async () => {
  const en = "R-1001 is closed. Choose an open incident.";
  const body = { code: "conflict", text: { zh: "R-1001 已结束，请选择未结事件。", en } };
  const asked = serving({ "POST /merge": () => ({ status: 409, body }) });
  await press("g");
  await click("R-1002");
  await submit();
  expect(texts("dialog [role=alert]")[0]).toContain("Choose an open incident.");
  await submit();
  const keys = asked
    .filter(({ path }) => path.endsWith("/merge"))
    .map(({ headers }) => headers.get("idempotency-key"));
  expect(new Set(keys).size).toBe(2);
});

test.each(["call_taker", "planner"])("a %s is not offered it", async (role) => {
  await act(() => {
    me.value = { role } as never;
  });
  expect(texts(".actions button")).not.toContain("Join with… G");
  expect(commandsFor("", [], []).some(({ id }) => id === "merge")).toBe(false);
  await press("g");
  expect(question.value).toBeNull();
});

test("a closed one leads to the one that goes on", async () => {
  await act(() => {
    incidents.value = [incident(1, { state: "closed", merged_into: 2 }), double()];
  });
  expect(texts(".card .safety")[0]).toContain("Joined with R-1002");
  await act(() => box.querySelector<HTMLElement>(".card .safety button")?.click());
  expect(selectedIncidentId.value).toBe(2);
});
