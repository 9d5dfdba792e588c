import type { MissingPhoto, Photo } from "@roadflare/kit/contract.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { forgetPictures } from "@roadflare/kit/picture.ts";
import { within } from "@roadflare/kit/shrink.ts";
import { language } from "@roadflare/kit/words.ts";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Photos } from "../src/console/card/Photos.tsx";
import { token } from "../src/console/store/session.ts";
import { at } from "./incidents.ts";
import { settled } from "./server.ts";

const box = document.createElement("div");
const label = { zh: "装车前", en: "before loading" };
const photo = (id: number, part: Partial<Photo> = {}): Photo => ({
  id,
  step: "before_loading",
  label,
  by: "technician",
  unit_code: "T-01",
  taken_at: at(id),
  received_at: at(id),
  width: 64,
  height: 48,
  ...part,
});
const OWNERS = photo(1, { by: "owner", unit_code: null, label: { zh: "故障", en: "the fault" } });

let asked: { path: string; bearer: string }[] = [];

beforeEach(() => {
  document.body.append(box);
  token.value = "t1";
  timezone.value = "UTC";
  asked = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const bearer = String((init.headers as Record<string, string>).authorization);
    asked.push({ path, bearer });
    if (path.endsWith("/3")) return new Response("{}", { status: 404 });
    return new Response(new Blob(["x"], { type: "image/jpeg" }));
  });
});

afterEach(async () => {
  await act(() => render(null, box));
  box.remove();
  forgetPictures();
  vi.unstubAllGlobals();
  language.value = "en";
  timezone.value = undefined;
  token.value = null;
});

async function show(photos: Photo[], missing: MissingPhoto[] = []): Promise<void> {
  await act(async () => {
    render(h(Photos, { of: "/incidents/7", photos, missing }), box);
    await settled();
  });
  await act(settled);
}

const press = (key: string) =>
  act(async () => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await settled();
  });
const title = () => box.querySelector("dialog h2")?.textContent ?? null;

test("each photo says of which step it is, when it was taken and by whom", async () => {
  await show([OWNERS, photo(2)]);
  const said = [...box.querySelectorAll(".photos li")].map((one) => one.textContent);
  expect(said).toEqual(["the fault12:01 · Owner", "before loading12:02 · T-01"]);
  expect(asked).toEqual([
    { path: "/api/v1/incidents/7/photos/1", bearer: "Bearer t1" },
    { path: "/api/v1/incidents/7/photos/2", bearer: "Bearer t1" },
  ]);
  expect(box.querySelectorAll(".photos img").length).toBe(2);
});

test("a large view leads on by arrows, stops at both ends, and is asked for once", async () => {
  await show([OWNERS, photo(2)]);
  await act(() => box.querySelector<HTMLButtonElement>(".photo")?.click());
  expect(title()).toBe("Photo 1 of 2: the fault, 12:01, Owner");
  await press("ArrowLeft");
  expect(title()).toContain("1 of 2");
  await press("ArrowRight");
  expect(title()).toContain("2 of 2");
  await press("ArrowRight");
  expect(title()).toContain("2 of 2");
  expect(asked.length).toBe(2);
  const cancel = new Event("cancel", { cancelable: true }); // what Esc is to a dialog
  await act(() => void box.querySelector("dialog")?.dispatchEvent(cancel));
  expect(title()).toBeNull();
});

test("one that cannot be had says so, and what came late says when", async () => {
  await show([photo(3, { received_at: at(90) })]);
  expect(box.querySelector(".photos img")).toBeNull();
  await act(() => box.querySelector<HTMLButtonElement>(".photo")?.click());
  await act(settled); // it was asked for once more
  expect(box.querySelector(".photo-viewer")?.textContent).toBe("The photo cannot be shown now.");
  expect(box.querySelector(".photo-steps")?.textContent).toBe("sent 13:30");
});

test("what is missing is told with the reason, in both languages", async () => {
  const reason = { zh: "现场不安全", en: "not safe here" };
  const missing = [
    { step: "before_loading", label, unit_code: "T-01", reason },
    {
      step: "after_unloading",
      label: { zh: "卸车后", en: "after unloading" },
      unit_code: "T-01",
      reason: null,
    },
  ];
  await show([], missing);
  expect([...box.querySelectorAll("li")].map((one) => one.textContent)).toEqual([
    "T-01 · No photo before loading: not safe here",
    "T-01 · No photo after unloading: no reason was given",
  ]);
  language.value = "zh";
  await show([], missing);
  expect(box.querySelector("li")?.textContent).toBe("T-01 · 装车前无照片：现场不安全");
});

test("without any there is nothing to see", async () => {
  await show([]);
  expect(box.innerHTML).toBe("");
});

test("the long side is held, the proportion kept, and nothing is made larger", () => {
  expect(within(4000, 3000, 1600)).toEqual([1600, 1200]);
  expect(within(3000, 4000, 1600)).toEqual([1200, 1600]);
  expect(within(640, 480, 1600)).toEqual([640, 480]);
  expect(within(20_000, 1, 1600)).toEqual([1600, 1]);
});
