import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CommandBar } from "../src/console/command/CommandBar.tsx";
import { openCommandBar, overlay } from "../src/console/store/selection.ts";

const box = document.createElement("div");
const active = () => box.querySelector("[aria-selected=true]");
const press = (key: string, isComposing = false) =>
  act(() => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, isComposing });
    box.querySelector("input")?.dispatchEvent(event);
  });

beforeEach(async () => {
  document.body.append(box);
  openCommandBar();
  await act(() => render(h(CommandBar, {}), box));
});

afterEach(async () => {
  await act(() => render(null, box));
  box.remove();
  overlay.value = null;
});

test("the command that is chosen is in sight", async () => {
  const seen = vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(() => {});
  await press("ArrowUp"); // from the first to the last
  expect(active()?.textContent).toContain("Log out");
  expect(seen.mock.contexts.at(-1)).toBe(active());
});

test("keys that choose a character run nothing", async () => {
  const first = active();
  await press("ArrowDown", true);
  expect(active()).toBe(first);
  await press("Enter", true);
  expect(overlay.value).toBe("command");
});
