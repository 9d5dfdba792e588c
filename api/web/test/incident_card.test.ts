import type { Incident, Unit } from "@roadflare/kit/contract.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskDialog } from "../src/console/card/AskDialog.tsx";
import { ask, question } from "../src/console/card/ask.ts";
import { IncidentCard } from "../src/console/card/IncidentCard.tsx";
import { listenToKeys } from "../src/console/command/keys.ts";
import { revealed } from "../src/console/store/actions.ts";
import { followDetail } from "../src/console/store/detail.ts";
import {
  openUnitCard,
  selectedIncidentId,
  selectIncident,
  takeCall,
} from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { alarms, incidents, me, units } from "../src/console/store/world.ts";
import { incident } from "./incidents.ts";
import { serving, settled } from "./server.ts";

const box = document.createElement("div");
let stops: (() => void)[] = [];
const put = (part: Partial<Incident> = {}) => {
  incidents.value = [incident(1, part)];
};
const show = () => act(() => render([h(IncidentCard, { id: 1 }), h(AskDialog, {})], box));
const texts = (what: string) => [...box.querySelectorAll(what)].map((one) => one.textContent ?? "");
const press = (key: string) =>
  act(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await settled();
  });

beforeEach(() => {
  document.body.append(box);
  token.value = "t1";
  toasts.value = [];
  units.value = [{ id: 7, code: "T-07" } as Unit];
  serving({});
  put();
  selectIncident(1);
  stops = [listenToKeys()];
});

afterEach(async () => {
  for (const stop of stops) stop();
  await act(() => render(null, box));
  box.remove();
  question.value = null;
  selectIncident(null);
  incidents.value = null;
  alarms.value = [];
  units.value = [];
  me.value = null;
  token.value = null;
});

const contractor = (state: string) => ({ contractor: { id: 1, name: "Lu", state } }) as never;

test.each(["offered", "accepted"])(
  "a contractor who has %s is taken back by mouse",
  async (state) => {
    const asked = serving({ "POST /release": () => ({ body: incident(1) }) });
    put(contractor(state));
    await show();
    const button = [...box.querySelectorAll("button")].find((one) =>
      one.textContent?.startsWith("Take back"),
    );
    await act(async () => {
      button?.click();
      await settled();
    });
    expect(asked.some(({ path }) => path === "POST /incidents/1/release")).toBe(true);
  },
);

test.each(["arrived", "rejected"])("one who has %s is not", async (state) => {
  put(contractor(state));
  await show();
  expect(texts("button").some((text) => text.startsWith("Take back"))).toBe(false);
});

test("a call taker sees nothing that only a dispatcher may do", async () => {
  me.value = { role: "call_taker" } as never;
  put(contractor("accepted"));
  await show();
  expect(texts(".actions button")).toEqual([
    "Solved remotely S",
    "Correct the place E",
    "Add a note W",
    "Cancel X",
  ]);
  expect(texts("h3")).not.toContain("Who can go");
  const asked = serving({});
  for (const key of ["r", "l", "1"]) await press(key);
  expect(asked).toEqual([]);
});

test("units that could not be weighed say why, and are weighed again when asked to", async () => {
  const down = {
    status: 503,
    body: { text: { zh: "尚无行驶时间。", en: "No travel times yet." } },
  };
  const asked = serving({
    "GET /incidents/1": () => ({ body: incident(1) }),
    "GET /candidates": () => down,
  });
  stops.push(followDetail());
  await show();
  await act(settled);
  expect(texts("[role=alert]")[0]).toContain("No travel times yet.");
  asked.length = 0;
  await act(async () => {
    box.querySelector<HTMLElement>("[role=alert] button")?.click();
    await settled();
  });
  expect(asked.map(({ path }) => path)).toContain("GET /incidents/1/candidates");
});

test("another arrival time of a contractor on its way is sent in minutes from now", async () => {
  const eta = {
    id: 1,
    name: "Lu",
    state: "accepted",
    eta_at: "2026-06-01T04:20:00Z",
    first_eta_at: "2026-06-01T04:10:00Z",
  };
  const asked = serving({ "POST /contractor-eta": () => ({ body: incident(1) }) });
  put({ contractor: eta as never });
  await show();
  expect(texts(".job-line p").join()).toContain("(first said ");
  await press("f");
  const field = box.querySelector<HTMLInputElement>("input[name=eta_min]");
  if (field) field.value = "25";
  await act(async () => {
    box.querySelector<HTMLFormElement>("form.ask")?.requestSubmit();
    await settled();
  });
  const sent = asked.find(({ path }) => path === "POST /incidents/1/contractor-eta");
  expect(sent?.body).toEqual({ eta_min: 25 });
});

test.each(["offered", "arrived"])("one who has %s gives no other arrival time", async (state) => {
  put(contractor(state));
  await show();
  await press("f");
  expect(question.value).toBeNull();
  expect(texts("button").some((text) => text.startsWith("New arrival time"))).toBe(false);
});

const held = (lock: string, state = "ordered") =>
  ({ job: { id: 1, unit_id: 7, unit_code: "T-07", state, lock } }) as never;

test("L asks for a lock and Shift+L for none, whatever is so by then", async () => {
  const asked = serving({ "POST /lock": () => ({ body: incident(1, held("unit")) }) });
  const locks = () => asked.filter(({ path }) => path.endsWith("/lock")).map(({ body }) => body);
  put(held("free"));
  await show();
  expect(texts("button")).toContain("Lock unit L");
  await press("l");
  expect(texts("button")).toContain("Unlock ⇧L");
  await press("l"); // the other dispatcher's press, once this one is seen
  expect(locks()).toEqual([{ lock: "unit" }]);
  expect(toasts.value.map(({ text }) => text)).toEqual([
    "R-1001: unit locked",
    "R-1001: unit locked",
  ]);
  await act(async () => {
    const unlock = { key: "L", shiftKey: true, bubbles: true };
    document.body.dispatchEvent(new KeyboardEvent("keydown", unlock));
    await settled();
  });
  expect(locks()).toEqual([{ lock: "unit" }, { lock: "free" }]);
});

test("who wishes what another has just done is told that it is so", async () => {
  serving({
    "POST /lock": () => ({ status: 412, body: {} }),
    "GET /incidents/1": () => ({ body: incident(1, held("unit")) }),
  });
  put(held("free"));
  await show();
  await press("l");
  expect(toasts.value.map(({ tone }) => tone)).not.toContain("bad");
});

test("a unit that is not at the car is sent on its way again", async () => {
  const asked = serving({ "POST /not-there": () => ({ body: incident(1) }) });
  put(held("full", "on_site"));
  await show();
  expect(texts("button")).toContain("Not at the car yet Z");
  await press("z");
  expect(asked.some(({ path }) => path === "POST /incidents/1/not-there")).toBe(true);
});

test.each(["rolling", "loaded"])("one that is %s has no arrival to take back", async (state) => {
  put(held("full", state));
  await show();
  const asked = serving({});
  await press("z");
  expect(asked).toEqual([]);
  expect(texts("button")).not.toContain("Not at the car yet Z");
});

test("sending another unit than the one it is locked to is said to lift the lock", async () => {
  const other = {
    unit_id: 8,
    unit_code: "T-08",
    kind: "tow",
    state: "idle",
    option: "tow:3",
    arrival_at: null,
    extra_cost_cny: 12,
    effects: [],
    diversion: null,
    locked_to: "T-07",
    forbidden: null,
    terms: {},
  };
  serving({
    "GET /incidents/1": () => ({ body: incident(1) }),
    "GET /candidates": () => ({
      body: { plan_version: 5, items: [other], contractor: null, silent: [] },
    }),
  });
  stops.push(followDetail());
  await show();
  await act(settled);
  expect(texts(".candidate-effects")).toEqual(["Locked to T-07: sending this unit lifts the lock"]);
});

test("a unit whose technician has declined is sent all the same, one that lacks something is not", async () => {
  const forbidden = (rule: string) => ({ rule, text: { zh: "不可", en: "No." } });
  const units = [7, 8].map((unit) => ({
    unit_id: unit,
    unit_code: `T-0${unit}`,
    kind: "tow",
    option: null,
    effects: [],
    diversion: null,
    forbidden: forbidden(unit === 7 ? "declined" : "no_unit_has"),
  }));
  const asked = serving({
    "GET /incidents/1": () => ({ body: incident(1) }),
    "GET /candidates": () => ({
      body: { plan_version: 5, items: units, contractor: null, silent: [] },
    }),
    "POST /assign": () => ({ body: incident(1) }),
  });
  stops.push(followDetail());
  await show();
  await act(settled);
  expect(texts(".forbidden button")).toEqual(["Send it all the same"]);
  await act(async () => {
    box.querySelector<HTMLElement>(".forbidden button")?.click();
    await settled();
  });
  const sent = asked.find(({ path }) => path === "POST /incidents/1/assign");
  expect(sent?.body).toEqual({ unit_id: 7, plan_version: 5 });
  expect(toasts.value[0]?.text).toContain("T-07 assigned");
});

const DAMAGED = {
  id: 1,
  at: "2026-03-02T08:00:00Z",
  kind: "data_damaged",
  incident_id: 1,
  incident_number: "R-0001",
  text: { zh: "误", en: "Bad." },
};

test.each([
  [[], "Offer it to a contractor"],
  [[DAMAGED], "add a note"],
])("where nobody can go, what helps is named", async (told, word) => {
  alarms.value = told as never;
  serving({
    "GET /incidents/1": () => ({ body: incident(1) }),
    "GET /candidates": () => ({
      body: { plan_version: 5, items: [], contractor: null, silent: [] },
    }),
  });
  stops.push(followDetail());
  await show();
  await act(settled);
  expect(texts(".why .notice")[0]?.toLowerCase()).toContain(word.toLowerCase());
});

const silent = {
  name: "Norte",
  n_offers: 3,
  since_at: "2026-03-02T08:00:00Z",
  again_at: "2026-03-02T08:36:00Z",
};

test.each([
  [21, "08:30", [silent], "since 08:00; not asked by itself before 08:36. Call them."],
  [22, "08:40", [silent], "since 08:00; tried with one at a time. Call them."],
  [23, "08:30", [], null],
] as const)(
  "card %i says at %s which contractor does not answer",
  async (id, time, helpers, said) => {
    now.value = Date.parse(`2026-03-02T${time}:00Z`);
    timezone.value = "UTC";
    serving({
      [`GET /incidents/${id}`]: () => ({ body: incident(id) }),
      "GET /candidates": () => ({
        body: { plan_version: 1, items: [], contractor: null, silent: helpers },
      }),
    });
    incidents.value = [incident(id)];
    selectIncident(id);
    stops.push(followDetail());
    await act(() => render(h(IncidentCard, { id }), box));
    await act(settled);
    expect(texts(".why .notice")).toHaveLength(1);
    const told = said && ["Norte", `Let 3 offers run out ${said}`];
    const rows = [...texts(".silent-helpers b"), ...texts(".silent-helpers .helper-says")];
    expect(rows).toEqual(told ?? []);
  },
);

test.each([
  [{ stars: 5, text: "" }, "★★★★★"],
  [null, null],
])("what the owner thought of it is told: %o", async (rating, stars) => {
  const closed = incident(31, { state: "closed", outcome: "repaired" });
  serving({ "GET /incidents/31": () => ({ body: { ...closed, rating } }) });
  incidents.value = [closed];
  selectIncident(31);
  stops.push(followDetail());
  await act(() => render(h(IncidentCard, { id: 31 }), box));
  await act(settled);
  expect(texts(".rated")).toEqual(stars === null ? [] : [stars]);
});

async function answer(text: string) {
  const field = box.querySelector<HTMLInputElement>("dialog [name=text]");
  if (field) field.value = text;
  await act(async () => {
    box.querySelector("dialog form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });
}

test("whoever rings back about a closed one can be called, and nothing else is offered", async () => {
  const closed = incident(32, { state: "closed", outcome: "repaired" });
  serving({ "GET /incidents/32": () => ({ body: closed }) });
  selectIncident(32);
  stops.push(followDetail());
  await act(() => render(h(IncidentCard, { id: 32 }), box));
  await act(settled);
  expect(texts(".actions button")).toEqual([]);
  for (const key of ["x", "s", "c", "l"]) await press(key);
  expect(question.value).toBeNull();
  await press("p");
  expect(question.value?.what).toBe("reveal");
});

test("a reason is kept until it was taken, and sent again with what is true now", async () => {
  const asked = serving({
    "POST /cancel": ({ headers }) =>
      headers.get("if-match") === '"2"' ? { body: incident(1) } : { status: 412, body: {} },
    "GET /incidents/1": () => ({ body: incident(1, { etag: '"2"' }) }),
  });
  await show();
  await act(() => ask("cancel", incident(1)));
  await answer("false alarm");
  expect(texts("dialog [role=alert]")[0]).toContain("Somebody else has changed");
  const field = box.querySelector<HTMLInputElement>("dialog [name=text]");
  expect(field?.value).toBe("false alarm");
  await answer("false alarm");
  expect(question.value).toBeNull();
  const sent = asked.filter(({ path }) => path.endsWith("/cancel"));
  expect(sent.map(({ headers }) => headers.get("if-match"))).toEqual(['"1"', '"2"']);
});

test("a number that was shown is gone with the card", async () => {
  serving({ "POST /caller": () => ({ body: { phone: "+8613800001234" } }) });
  const reveal = async () => {
    selectIncident(1);
    await act(() => ask("reveal", incident(1)));
    await answer("call back");
    expect(revealed.value?.phone).toBe("+8613800001234");
  };
  await show();
  await reveal();
  takeCall();
  expect(revealed.value).toBeNull();
  await reveal();
  token.value = "t2";
  expect(revealed.value, "a renewed token is the same session").not.toBeNull();
  token.value = null;
  expect(revealed.value).toBeNull();
});

test("the keys of an incident do nothing while a unit's card lies over it, but sending it", async () => {
  const asked = serving({});
  openUnitCard(7);
  for (const key of ["r", "l", "1", "x", "c"]) await press(key);
  expect(asked.filter(({ path }) => path.startsWith("POST"))).toEqual([]);
  expect(question.value).toBeNull();
  await press("a");
  expect(asked.map(({ path }) => path)).toContain("POST /incidents/1/assign");
});

const far = {
  id: 8,
  name: "Far",
  from_at: "2026-03-02T09:00:00Z",
  to_at: "2026-03-02T09:20:00Z",
  price_cny: 380,
  state: "rejected",
  silent_until: null,
  best: false,
};
const near = { ...far, id: 7, name: "Near", state: null, best: true };
const tyres = { ...far, id: 9, name: "Tyres", from_at: null, to_at: null, price_cny: null };

test.each([
  ["the best", () => [near, far, tyres], null, 7],
  ["another one", () => [near, far, tyres], "8", 8],
  ["the best where they cannot be listed", null, null, null],
] as const)("C and Enter ask %s", async (_, items, chosen, contractor_id) => {
  timezone.value = "UTC";
  const asked = serving({
    "POST /contractor-offer": () => ({ body: incident(1) }),
    "GET /incidents/1/contractors": () =>
      items ? { body: { items: items() } } : { status: 503, body: {} },
  });
  await show();
  await act(() => ask("contractor", incident(1)));
  await act(settled);
  const rows = items ? ["Near", "Far", "Tyres"] : [];
  expect(texts(".contractor-choice b")).toEqual(rows);
  expect([...box.querySelectorAll(".contractor-choice input:disabled")]).toHaveLength(
    items ? 1 : 0,
  );
  if (chosen) box.querySelector<HTMLElement>(`dialog [value="${chosen}"]`)?.click();
  await act(async () => {
    box.querySelector("dialog form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });
  const sent = asked.find(({ path }) => path.endsWith("/contractor-offer"));
  expect(sent?.body).toEqual({ contractor_id });
  expect(question.value).toBeNull();
});

test("a number that nobody knows has a card: why, once more, and the way back", async () => {
  let status = 404;
  serving({
    "GET /incidents/999999": () =>
      status === 404
        ? {
            status,
            body: { text: { zh: "没有编号为 999999 的事件。", en: "No incident 999999." } },
          }
        : { body: incident(999999) },
  });
  selectIncident(999999);
  stops.push(followDetail());
  await act(() => render(h(IncidentCard, { id: 999999 }), box));
  await act(settled);
  expect(texts("h2")).toEqual(["R-999999"]);
  expect(texts("[role=alert]")[0]).toContain("No incident 999999.");
  status = 200;
  await act(async () => {
    box.querySelector<HTMLElement>("[role=alert] button")?.click();
    await settled();
  });
  expect(texts(".promise-figure")).toHaveLength(1);
  await act(() => box.querySelector<HTMLElement>("[aria-label='Close card']")?.click());
  expect(selectedIncidentId.value).toBeNull();
});

test("a question that was left closes nothing that was asked since", async () => {
  let answered = (_: unknown) => {};
  const late = new Promise((resolve) => {
    answered = resolve;
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
    if (!String(url).endsWith("/cancel")) throw new TypeError("no network");
    await late;
    return Response.json(incident(1));
  });
  await show();
  await act(() => ask("cancel", incident(1)));
  await answer("false alarm");
  await act(() => {
    question.value = null;
  });
  await act(() => ask("note", incident(1)));
  await act(async () => {
    answered(null);
    await settled();
  });
  expect(question.value?.what).toBe("note");
});

test("the focus goes back to what opened the correction of the place", async () => {
  await show();
  const opens = [...box.querySelectorAll("button")].find((one) =>
    one.textContent?.startsWith("Correct the place"),
  );
  opens?.focus();
  await act(() => opens?.click());
  await act(settled);
  expect(document.activeElement?.closest(".correct-place")).not.toBeNull();
  await press("Escape");
  expect(box.querySelector(".correct-place")).toBeNull();
  expect(document.activeElement).toBe(opens);
});

test("no clock runs for one that was cancelled before anybody came", async () => {
  put({ state: "closed", outcome: "cancelled_by_owner", closed_at: "2026-03-01T12:05:00Z" });
  timezone.value = "UTC";
  await show();
  expect(texts(".promise-ended")).toEqual(["Cancelled by the owner12:05"]);
  expect(texts(".promise, .job-line")).toEqual([]);
});
