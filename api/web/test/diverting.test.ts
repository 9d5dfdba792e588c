import type { Unit } from "@roadflare/kit/contract.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DivertDialog } from "../src/console/card/DivertDialog.tsx";
import { IncidentCard } from "../src/console/card/IncidentCard.tsx";
import { commandsFor } from "../src/console/command/commands.ts";
import { listenToKeys } from "../src/console/command/keys.ts";
import { assign } from "../src/console/store/actions.ts";
import { followDetail } from "../src/console/store/detail.ts";
import { diversion } from "../src/console/store/diversion.ts";
import { selectIncident } from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { incidents, units } from "../src/console/store/world.ts";
import { at, incident } from "./incidents.ts";
import { serving, settled } from "./server.ts";

/** T-07 rolls to 2, where it is expected in time; 1 has nobody yet. */
const rolling = (job: object = {}) =>
  ({
    id: 7,
    code: "T-07",
    state: "rolling",
    job: {
      incident_id: 2,
      incident_number: "R-1002",
      state: "rolling",
      eta_at: at(20),
      ...job,
    },
  }) as Unit;
const candidate = (unit: number, part: object = {}) => ({
  unit_id: unit,
  unit_code: `T-0${unit}`,
  state: "idle",
  kind: "tow",
  chosen: false,
  option: "tow:3",
  arrival_at: at(40),
  on_time: false,
  locked_to: null,
  diversion: null,
  extra_cost_cny: 10,
  terms: {},
  forbidden: null,
  effects: [],
  ...part,
});
const list = (...items: object[]) => ({ plan_version: 5, items, contractor: null, silent: [] });
const outcome = (part: object = {}) => ({
  incident_number: "R-1002",
  unit_code: "T-08",
  contractor: null,
  arrival_at: at(40),
  delay_s: 1200,
  ...part,
});
const NOBODY = { unit_code: null, arrival_at: null, delay_s: null };
/** T-07 would be at 1 after 12 minutes if it were diverted, and this becomes of the others then. */
const gets = (...others: object[]) =>
  list(
    candidate(7, {
      state: "rolling",
      arrival_at: at(55),
      diversion: { arrival_at: at(12), others },
    }),
    candidate(8),
  );
const GETS = gets(outcome());
const weighed = {
  "GET /incidents/1/candidates": () => ({ body: GETS }),
  "GET /incidents/1": () => ({ body: incident(1) }),
};

const box = document.createElement("div");
let stops: (() => void)[] = [];
const text = (what: string) =>
  [...box.querySelectorAll(what)].map((one) => one.textContent ?? "").join(" ");
const answer = (start: string) =>
  act(async () => {
    [...box.querySelectorAll<HTMLElement>("dialog button")]
      .find((one) => one.textContent?.startsWith(start))
      ?.click();
    await settled();
  });
const confirm = () =>
  act(async () => {
    box.querySelector("dialog form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });
const wish = async (unitId = 7, incidentId = 1) => {
  await act(() => assign(incidentId, unitId));
  await act(settled); // every unit is weighed once the question is open
};

beforeEach(async () => {
  document.body.append(box);
  token.value = "t1";
  toasts.value = [];
  incidents.value = [incident(1), incident(2, { state: "rolling" })];
  units.value = [rolling(), { id: 8, code: "T-08", state: "idle", job: null } as Unit];
  stops = [listenToKeys()];
  await act(() => render(h(DivertDialog, {}), box));
});

afterEach(async () => {
  for (const stop of stops) stop();
  await act(() => render(null, box));
  box.remove();
  diversion.value = null;
  selectIncident(null);
  incidents.value = null;
  units.value = [];
  token.value = null;
});

const sent = (asked: { path: string; body: unknown }[]) =>
  asked.filter(({ path }) => path.endsWith("/assign")).map(({ body }) => body);

test("whoever is under way elsewhere is asked about before it is taken away", async () => {
  const asked = serving({ ...weighed, "POST /assign": () => ({ body: incident(1) }) });
  await wish();
  expect(sent(asked)).toEqual([]);
  expect(text("dialog h2")).toBe("Divert T-07 to R-1001?");
  expect(text("dialog p")).toContain("T-07 is driving to R-1002 now.");
  const [there = "", loses = ""] = ["nth-child(2)", "nth-child(3)"].map((column) =>
    text(`.divert-pair tbody td:${column}`),
  );
  expect(there).toMatch(/\d\d:12, in time/);
  expect(loses).toMatch(/\d\d:20, in time/);
  expect(loses).toMatch(/T-08 \d\d:40, 10 min late · 20 min later/);
  await confirm();
  expect(sent(asked)).toEqual([{ unit_id: 7, plan_version: 5, option: "tow:3", divert: true }]);
  expect(toasts.value[0]?.text).toBe("T-07 diverted to R-1001");
  expect(toasts.value[0]?.undo).toBeUndefined();
  expect(diversion.value).toBeNull();
});

test("Enter diverts once it is known what that means", async () => {
  serving(weighed);
  await act(() => assign(1, 7));
  const submit = () => box.querySelector<HTMLButtonElement>("dialog [type=submit]");
  expect(submit()?.disabled).toBe(true);
  await act(settled);
  expect(submit()?.disabled).toBe(false);
  expect(document.activeElement).toBe(submit());
});

test("it may go there afterwards instead", async () => {
  const asked = serving({ ...weighed, "POST /assign": () => ({ body: incident(1) }) });
  await wish();
  await answer("After R-1002");
  expect(sent(asked)).toEqual([{ unit_id: 7, plan_version: 5, option: "tow:3" }]);
});

test("or nothing is done", async () => {
  const asked = serving(weighed);
  await wish();
  await answer("Back");
  expect([sent(asked), diversion.value]).toEqual([[], null]);
});

test("what is refused is said with its remedy, and the next press builds on the plan by then", async () => {
  let version = 6;
  const asked = serving({
    ...weighed,
    "GET /incidents/1/candidates": () => ({ body: { ...GETS, plan_version: version - 1 } }),
    "POST /assign": () => ({
      status: 409,
      body: {
        code: "job_taken",
        text: { zh: "T-07 已在另一车辆旁。", en: "T-07 is at another car. Leave divert out." },
      },
    }),
  });
  await wish();
  version = 7;
  await confirm();
  expect(text("dialog [role=alert]")).toContain("T-07 is at another car. Leave divert out.");
  await confirm();
  expect(sent(asked)).toEqual([
    { unit_id: 7, plan_version: 5, option: "tow:3", divert: true },
    { unit_id: 7, plan_version: 6, option: "tow:3", divert: true },
  ]);
});

test("who cannot be weighed cannot be diverted", async () => {
  const text503 = { zh: "暂无行车时间。", en: "No travel times yet." };
  serving({ "GET /candidates": () => ({ status: 503, body: { code: "broken", text: text503 } }) });
  await wish();
  expect(text("dialog [role=alert]")).toContain("No travel times yet.");
  expect(box.querySelector<HTMLButtonElement>("dialog [type=submit]")?.disabled).toBe(true);
});

test("the row of the list says the same as the question does", async () => {
  const others = [
    outcome(),
    outcome({ incident_number: "R-1005", unit_code: "T-07", delay_s: 300 }),
  ];
  serving({ ...weighed, "GET /incidents/1/candidates": () => ({ body: gets(...others) }) });
  stops.push(followDetail());
  selectIncident(1);
  await act(async () => {
    render([h(IncidentCard, { id: 1 }), h(DivertDialog, {})], box);
    await settled();
  });
  expect(text(".candidate-effects")).toMatch(
    /^on its way to R-1002 · if diverted, here by \d\d:12 · R-1002 then by T-08, 20 min later · R-1005 then by T-07, 5 min later$/,
  );
  await wish();
  expect(text(".divert-pair")).toMatch(/T-08 \d\d:40, 10 min late · 20 min later/);
  expect(text(".merge-follows")).toContain("R-1005 then by T-07, 5 min later");
});

test("who is expected of the contractors is said, and who is served no later", async () => {
  const others = [
    outcome({ unit_code: null, contractor: "Nanfang", delay_s: -120, arrival_at: at(18) }),
  ];
  serving({ ...weighed, "GET /incidents/1/candidates": () => ({ body: gets(...others) }) });
  await wish();
  expect(text(".divert-pair")).toMatch(
    /contractor Nanfang \(guessed\) \d\d:18, in time · no later/,
  );
});

test("a call that nobody would serve says so, and what was fixed by hand too", async () => {
  incidents.value = [
    incident(1),
    incident(2, { state: "assigned", job: { lock: "unit", unit_code: "T-07" } as never }),
  ];
  units.value = [{ ...rolling({ state: "ordered" }), state: "idle" }];
  serving({
    ...weighed,
    "GET /incidents/1/candidates": () => ({ body: gets(outcome(NOBODY)) }),
  });
  await wish();
  expect(text("dialog p")).toContain("T-07 has the order for R-1002, and has not left yet.");
  expect(text(".divert-pair")).toContain("nobody, as the plan stands");
  expect(text(".merge-follows")).toContain("R-1002 was fixed to T-07 by hand");
});

test("one that has not left yet is not said to be on its way", async () => {
  units.value = [rolling({ state: "ordered" })];
  serving(weighed);
  stops.push(followDetail());
  selectIncident(1);
  await act(async () => {
    render(h(IncidentCard, { id: 1 }), box);
    await settled();
  });
  expect(text(".candidate-effects")).toMatch(/^has the order for R-1002 · if diverted/);
});

test("a unit on the way to a booked visit is asked about too", async () => {
  units.value = [rolling({ incident_id: null, incident_number: "K7QXYZ" })];
  serving({
    ...weighed,
    "GET /incidents/1/candidates": () => ({ body: gets(outcome({ incident_number: null })) }),
  });
  await wish();
  expect(text(".divert-pair")).toContain("Booked visit");
  expect(text(".divert-pair")).toMatch(/T-08 \d\d:40 · 20 min later/);
});

test.each([
  ["idle", null],
  ["at a car", { state: "on_site" }],
  ["on its way there already", { incident_id: 1 }],
])("one that is %s is sent without a question", async (_, job) => {
  units.value = [job ? rolling(job) : { ...rolling(), job: null }];
  const asked = serving({ "POST /assign": () => ({ body: incident(1) }) });
  await wish();
  expect(sent(asked)).toHaveLength(1);
  expect(diversion.value).toBeNull();
});

test("the question goes where the unit has arrived meanwhile", async () => {
  serving(weighed);
  await wish();
  await act(() => {
    units.value = [rolling({ state: "on_site" })];
  });
  expect([diversion.value, box.querySelector("dialog")]).toEqual([null, null]);
});

test("the row says whose it is; its key and the command bar ask as well", async () => {
  serving(weighed);
  stops.push(followDetail());
  selectIncident(1);
  await act(async () => {
    render([h(IncidentCard, { id: 1 }), h(DivertDialog, {})], box);
    await settled();
  });
  expect(text(".candidate-effects")).toMatch(/on its way to R-1002 · if diverted, here by \d\d:12/);
  await act(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
    await settled();
  });
  expect(diversion.value).toEqual({ incidentId: 1, unitId: 7 });
  await answer("Back");
  await act(async () => {
    commandsFor("T-07 > 1001", incidents.value ?? [], units.value)[0]?.run();
    await settled();
  });
  expect(diversion.value).toEqual({ incidentId: 1, unitId: 7 });
});
