import type { Alarm } from "@roadflare/kit/contract.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IncidentCard } from "../src/console/card/IncidentCard.tsx";
import { Alarms } from "../src/console/shell/Alarms.tsx";
import { selectedIncident, selectIncident } from "../src/console/store/selection.ts";
import { token } from "../src/console/store/session.ts";
import { alarms, incidents } from "../src/console/store/world.ts";
import { incident } from "./incidents.ts";
import { serving, settled } from "./server.ts";

const box = document.createElement("div");
document.body.append(box);

const alarm = (id: number, about: number | null): Alarm => ({
  id,
  at: "2026-06-06T02:11:00Z",
  kind: "work_overdue",
  incident_id: about,
  incident_number: about === null ? null : `R-000${about}`,
  text: { zh: `警报 ${id}`, en: `Alarm ${id}` },
  acknowledged_at: null,
});
const texts = () => [...box.querySelectorAll(".alarm-text")].map((one) => one.textContent ?? "");

beforeEach(() => {
  token.value = "t";
  incidents.value = [incident(1, {}), incident(2, {})];
});

afterEach(() => {
  act(() => render(null, box));
  selectIncident(null);
  alarms.value = [];
});

test("the newest two alarms are shown, all on demand", () => {
  alarms.value = [alarm(5, 2), alarm(4, 1), alarm(3, null), alarm(2, 1)];
  act(() => render(h(Alarms, {}), box));
  expect(texts()).toHaveLength(2);
  const more = box.querySelector<HTMLButtonElement>(".more");
  expect(more?.textContent).toContain("2");
  act(() => more?.click());
  expect(texts().map((text) => text.slice(-7))).toEqual([
    "Alarm 5",
    "Alarm 4",
    "Alarm 3",
    "Alarm 2",
  ]);
  act(() => box.querySelector<HTMLButtonElement>(".more")?.click());
  expect(texts()).toHaveLength(2);
});

test("an incident is named once, were it in the words of its alarm", () => {
  alarms.value = [
    { ...alarm(5, 2), text: { zh: "R-0002 的数据有误", en: "R-0002 cannot be read" } },
    alarm(4, 1),
  ];
  act(() => render(h(Alarms, {}), box));
  expect(texts().map((text) => text.match(/R-\d{4}/g))).toEqual([["R-0002"], ["R-0001"]]);
});

test("without an alarm nothing lies over the map; one of no incident opens none", () => {
  act(() => render(h(Alarms, {}), box));
  expect(box.innerHTML).toBe("");
  act(() => {
    alarms.value = [alarm(3, null)];
  });
  expect(box.querySelector("button.alarm-text")).toBeNull();
});

test("an alarm opens its incident, whose card shows its alarms and takes note of them", async () => {
  const asked = serving({ "POST /alarms/4/acknowledge": () => ({ body: {} }) });
  alarms.value = [alarm(5, 2), alarm(4, 1)];
  act(() => render(h(Alarms, {}), box));
  act(() => box.querySelectorAll<HTMLButtonElement>("button.alarm-text")[1]?.click());
  expect(selectedIncident.value?.id).toBe(1);
  act(() => render(h(IncidentCard, { id: 1 }), box));
  expect(texts().map((text) => text.slice(-7))).toEqual(["Alarm 4"]);
  act(() => box.querySelector<HTMLButtonElement>(".alarm-lines .button")?.click());
  await act(settled);
  expect(asked.map((one) => one.path)).toContain("POST /alarms/4/acknowledge");
  expect(texts()).toEqual([]);
});
