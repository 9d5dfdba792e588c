/** What whoever is logged in finds on the left, and what is offered to them. */

import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenToKeys } from "../src/console/command/keys.ts";
import { QueuePanel } from "../src/console/queue/QueuePanel.tsx";
import { TopBar } from "../src/console/shell/TopBar.tsx";
import { selectIncident, tab, takingCall } from "../src/console/store/selection.ts";
import { incidents, me } from "../src/console/store/world.ts";

const box = document.createElement("div");

// What a test of another file has left open is not looked at.
beforeEach(() => {
  tab.value = "incidents";
  selectIncident(null);
});

afterEach(async () => {
  await act(() => render(null, box));
  me.value = null;
  incidents.value = null;
  selectIncident(null);
});

test.each([
  ["dispatcher", ["Incidents", "Units", "Visits", "Roads"], "Incidents", true],
  ["call_taker", ["Incidents", "Visits"], "Incidents", true],
  ["planner", ["Roads"], "Roads", false],
] as const)("a %s sees the lists that the role may read", async (role, names, open, calls) => {
  me.value = { role } as never;
  incidents.value = [];
  await act(() => render([h(QueuePanel, {}), h(TopBar, {})], box));
  const tabs = [...box.querySelectorAll("[role=tab]")];
  const name = (one: Element) => /^[A-Z][a-z]+/.exec(one.textContent ?? "")?.[0];
  expect(tabs.map(name)).toEqual(names);
  expect(tabs.filter((one) => one.getAttribute("aria-selected") === "true").map(name)).toEqual([
    open,
  ]);
  expect(box.querySelector(".top-tools .primary") !== null).toBe(calls);
  const stop = listenToKeys();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true }));
  stop();
  expect(takingCall.value).toBe(calls);
});
