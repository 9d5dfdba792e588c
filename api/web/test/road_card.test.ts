import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RoadCard } from "../src/console/roads/RoadCard.tsx";
import { takingRoadBack } from "../src/console/store/selection.ts";
import { serving, settled } from "./server.ts";

const box = document.createElement("div");
const REPORT = {
  id: 3,
  effect: "closed",
  value: null,
  until: null,
  note: null,
  heading_deg: null,
  roads: ["Sun Street"],
  between: [],
  made_by: "desk",
  made_at: "2026-06-05T01:45:00Z",
  length_m: 200,
  geometry: { type: "MultiLineString", coordinates: [] },
};

beforeEach(() => document.body.append(box));

afterEach(async () => {
  await act(() => render(null, box));
  box.remove();
  takingRoadBack.value = false;
});

const press = () =>
  act(async () => {
    box.querySelector("dialog form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  });

test("a refused take-back stays open and says why, and is pressed again", async () => {
  let refused = true;
  const asked = serving({
    "POST /clear": () =>
      refused
        ? { status: 409, body: { code: "conflict", text: { en: "It has run out.", zh: "" } } }
        : { body: REPORT },
  });
  takingRoadBack.value = true;
  await act(() => render(h(RoadCard, { report: REPORT as never }), box));
  await press();
  expect(box.querySelector("dialog [role=alert]")?.textContent).toBe("It has run out.");
  refused = false;
  await press();
  expect(box.querySelector("dialog")).toBeNull();
  expect(asked.map(({ path }) => path)).toEqual(Array(2).fill("POST /road-reports/3/clear"));
});
