/** The address names the card that is open, and opens the one that it names. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followAddress } from "../src/console/store/address.ts";
import {
  openVisitCard,
  openVisitId,
  selectedIncidentId,
  selectIncident,
  tab,
  takeCall,
  takingCall,
} from "../src/console/store/selection.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { followVisits, showDay, visitDay, visits } from "../src/console/store/visits.ts";
import { serving } from "./server.ts";

const DAY = "2026-06-08";
const VISIT = {
  id: 7,
  code: "K7",
  window: [`${DAY}T01:00:00Z`, `${DAY}T03:00:00Z`],
} as Appointment;
let stops: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  serving({ "GET ": ({ path }) => ({ body: { items: path.endsWith(DAY) ? [VISIT] : [] } }) });
  history.replaceState(null, "", "/console/");
});

afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
  selectIncident(null);
  tab.value = "incidents";
  visits.value = null;
  toasts.value = [];
  showDay(null);
  history.replaceState(null, "", "/");
  vi.useRealTimers();
});

const rest = () => vi.advanceTimersByTimeAsync(400);

async function opened(hash: string): Promise<void> {
  history.replaceState(null, "", `/console/${hash}`);
  stops = [followVisits(), followAddress()];
  await rest();
}

/** As a browser does it for Back and for a link that is followed. */
async function gone(hash: string): Promise<void> {
  history.replaceState(null, "", `/console/${hash}`);
  dispatchEvent(new Event("popstate"));
  await rest();
}

test("without one, what is selected stays", async () => {
  selectIncident(12);
  await opened("");
  expect([selectedIncidentId.value, location.hash]).toEqual([12, "#incident=12"]);
});

test("a link opens an incident", async () => {
  await opened("#incident=12");
  expect([selectedIncidentId.value, location.hash]).toEqual([12, "#incident=12"]);
});

test("a link opens a visit on its day", async () => {
  await opened(`#visit=7&day=${DAY}`);
  expect([tab.value, visitDay.value, openVisitId.value]).toEqual(["visits", DAY, 7]);
  expect([location.hash, toasts.value]).toEqual([`#visit=7&day=${DAY}`, []]);
});

test("the address follows what is looked at, and Back goes to the one before", async () => {
  await opened("");
  const before = history.length;
  for (const id of [1, 2, 3]) selectIncident(id);
  await rest();
  expect([location.hash, history.length - before]).toEqual(["#incident=3", 1]);
  selectIncident(4);
  await rest();
  expect([location.hash, history.length - before]).toEqual(["#incident=4", 2]);
  await gone("#incident=3");
  expect([selectedIncidentId.value, history.length - before]).toEqual([3, 2]);
  await gone("");
  expect(selectedIncidentId.value).toBeNull();
});

test("a visit lies over an incident, whose address comes back with it", async () => {
  await opened("#incident=12");
  await gone(`#visit=7&day=${DAY}`);
  openVisitCard(null);
  await rest();
  expect([selectedIncidentId.value, location.hash]).toEqual([12, "#incident=12"]);
});

test("another day in the list names no visit of that day", async () => {
  await opened(`#visit=7&day=${DAY}`);
  showDay("2026-06-09");
  await rest();
  expect(location.hash).toBe("");
});

test("a form that is being filled in is not left for an address that is there already", async () => {
  await opened("#incident=12");
  takeCall();
  await gone("#incident=12");
  expect(takingCall.value).toBe(true);
});

test("a visit that is not on that day is told, and the address does not lead there again", async () => {
  await opened(`#visit=8&day=${DAY}`);
  expect(toasts.value.map(({ text }) => text)).toEqual([
    "There is no visit with the id 8 on 2026-06-08. It may be on another day.",
  ]);
  expect([openVisitId.value, location.hash]).toEqual([null, ""]);
});

test("a visit is looked for in the list of its own day", async () => {
  await opened("");
  visits.value = [];
  await gone(`#visit=7&day=${DAY}`);
  expect([openVisitId.value, toasts.value]).toEqual([7, []]);
});

test.each(["#incident=abc", "#incident=0", "#visit=7", "#visit=7&day=today", "#foo"])(
  "%s leads nowhere, which is told",
  async (hash) => {
    await opened(hash);
    expect(toasts.value[0]?.text).toContain(`${hash} in the address leads nowhere.`);
    expect([selectedIncidentId.value, openVisitId.value, location.hash]).toEqual([null, null, ""]);
  },
);
