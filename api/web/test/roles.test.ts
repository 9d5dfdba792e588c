import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import { Help } from "../src/console/command/Help.tsx";
import { NothingOpen } from "../src/console/shell/NothingOpen.tsx";
import { TopBar } from "../src/console/shell/TopBar.tsx";
import { me } from "../src/console/store/world.ts";

const box = document.createElement("div");
document.body.append(box);
const texts = (what: string) => [...box.querySelectorAll(what)].map((one) => one.textContent ?? "");
const show = (role: string, part: Parameters<typeof h>[0]) => {
  me.value = { role } as never;
  act(() => render(h(part, {}), box));
};

afterEach(() => {
  act(() => render(null, box));
  me.value = null;
});

test.each([
  ["dispatcher", ["Waiting", "At risk", "Breached", "Idle", "Rolling", "On site", "Promise kept"]],
  ["call_taker", ["Waiting", "At risk", "Breached", "Promise kept"]],
  ["planner", []],
])("the top counts what a %s is told of, not zeros of what is kept from them", (role, labels) => {
  show(role, TopBar);
  expect(texts("nav button").map((text) => text.replace(/^[\d–%]+/, ""))).toEqual(labels);
});

const KEYS: Record<string, string[]> = {
  dispatcher: ["N", "1 – 9", "A", "L", "R", "C", "G", "X", "I  U  V", "B", "T", "O", "D"],
  call_taker: ["N", "X", "I  V", "B", "D"],
  planner: ["T", "O", "X", "D"],
};

test.each(Object.entries(KEYS))("the sheet of keys lists those of a %s", (role, own) => {
  show(role, Help);
  const listed = texts("dt");
  const all = new Set(Object.values(KEYS).flat());
  expect(listed.filter((key) => all.has(key)).sort()).toEqual([...own].sort());
  expect(new Set(listed).size).toBe(listed.length);
});

test.each([
  ["dispatcher", "Select an incident or a unit"],
  ["call_taker", "Select an incident or a visit"],
  ["planner", "Select a road report"],
])("where no card is open a %s reads what may be opened", (role, first) => {
  show(role, NothingOpen);
  expect(texts("p")[0]).toBe(first);
});
