import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VisitCard } from "../src/console/visits/VisitCard.tsx";

const box = document.createElement("div");
const VISIT = {
  id: 1,
  code: "K7",
  kind: "installation",
  window: ["2026-06-08T01:00:00Z", "2026-06-08T03:00:00Z"],
  vehicle: {},
  caller: {},
  location: { lon: 113, lat: 23, text: "Sun Street 1" },
};

beforeEach(() => document.body.append(box));

afterEach(async () => {
  await act(() => render(null, box));
  box.remove();
});

test.each([
  ["booked", 1],
  ["cancelled", 0],
  ["done", 0],
  ["failed", 0],
])("a visit that is %s is offered to be cancelled %d times", async (state, n) => {
  await act(() => render(h(VisitCard, { visit: { ...VISIT, state } as never }), box));
  expect(box.querySelectorAll(".actions .danger")).toHaveLength(n);
});
