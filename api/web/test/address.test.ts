/** A link leads to a card, as those of the report do. */

import { afterEach, expect, test } from "vitest";
import { followAddress } from "../src/console/store/address.ts";
import {
  openVisitCard,
  openVisitId,
  selectedIncidentId,
  selectIncident,
  tab,
} from "../src/console/store/selection.ts";
import { showDay, visitDay } from "../src/console/store/visits.ts";

afterEach(() => {
  selectIncident(null);
  openVisitCard(null);
  showDay(null);
  tab.value = "incidents";
  location.hash = "";
});

test("a link opens the incident, once", () => {
  location.hash = "#incident=12";
  const stop = followAddress();
  expect([selectedIncidentId.value, location.hash]).toEqual([12, ""]);
  location.hash = "#incident=13";
  dispatchEvent(new Event("hashchange"));
  expect(selectedIncidentId.value).toBe(13);
  stop();
});

test("a link opens the visit on its day", () => {
  location.hash = "#visit=7&day=2026-06-08";
  followAddress()();
  expect([tab.value, visitDay.value, openVisitId.value]).toEqual(["visits", "2026-06-08", 7]);
});

test.each(["#incident=x", "#incident=-1", "#visit=7", "#other=1"])("%s leads nowhere", (hash) => {
  location.hash = hash;
  followAddress()();
  expect([selectedIncidentId.value, openVisitId.value]).toEqual([null, null]);
});
