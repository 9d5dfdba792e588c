import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import { OwnerLink } from "../src/console/card/OwnerLink.tsx";
import { toasts } from "../src/console/store/toasts.ts";
import { settled } from "./server.ts";

const box = document.createElement("div");

afterEach(async () => {
  await act(() => render(null, box));
  vi.unstubAllGlobals();
});

async function copy(clipboard: unknown) {
  toasts.value = [];
  vi.stubGlobal("navigator", { clipboard, language: "en" });
  await act(() => render(h(OwnerLink, { url: "/t/abc" }), box));
  await act(async () => {
    box.querySelector("button")?.click();
    await settled();
  });
}

test("the whole link is copied", async () => {
  const writeText = vi.fn(async () => {});
  await copy({ writeText });
  expect(writeText).toHaveBeenCalledWith("http://127.0.0.1/t/abc");
  expect(toasts.value[0]?.text).toBe("Link copied");
  expect(box.querySelector("input")).toBeNull();
});

test("where there is no clipboard the link is shown", async () => {
  await copy(undefined);
  expect(box.querySelector("input")?.value).toBe("http://127.0.0.1/t/abc");
  expect(toasts.value).toEqual([]);
});
