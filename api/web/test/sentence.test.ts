import { Sentence } from "@roadflare/kit/sentence.tsx";
import { h, render } from "preact";
import { expect, test } from "vitest";

function whole(text: string): string[] {
  const box = document.createElement("p");
  render(h(Sentence, { text }), box);
  expect(box.textContent).toBe(text); // what is copied is what is searched
  return [...box.querySelectorAll(".one-line")].map((part) => part.textContent);
}

test.each([
  ["delays R-0030 by 3 min · on its way to V-0102", ["R-0030", "V-0102"]],
  ["派往R-0030的T-07", ["R-0030", "T-07"]],
  ["R-12345", ["R-12345"]],
  ["A heat-pump van, 2026-06-06 to 2026-06-07", []],
  ["", []],
])("numbers of incidents stay on one line: %s", (text, numbers) => {
  expect(whole(text)).toEqual(numbers);
});
