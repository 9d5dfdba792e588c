import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { unreached } from "../src/track/store.ts";
import { drop, sending, sendPhotos, tryAgain } from "../src/track/uploads.ts";

/** A browser that can draw: happy-dom cannot. */
function drawing(): void {
  vi.stubGlobal("createImageBitmap", async (file: Blob) => {
    if (file.type === "text/plain") throw new DOMException("no picture", "InvalidStateError");
    return { width: 4000, height: 3000, close() {} };
  });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({
    fillRect() {},
    drawImage() {},
  } as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((then) =>
    then(new Blob(["small"], { type: "image/jpeg" })),
  );
}

const state = { status: 201, reachable: true };
let sent: { id: string; type: string }[] = [];

beforeEach(() => {
  drawing();
  sent = [];
  Object.assign(state, { status: 201, reachable: true });
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (init.method !== "POST" || !state.reachable) throw new TypeError("no network");
    const id = new URL(path, location.href).searchParams.get("client_id") ?? "";
    sent.push({ id, type: String((init.headers as Record<string, string>)["content-type"]) });
    return Response.json({}, { status: state.status });
  });
});

afterEach(() => {
  for (const { id } of sending.value) drop(id);
  vi.unstubAllGlobals();
  unreached.value = false;
});

const file = (type = "image/png") => new Blob(["x"], { type });

test("photos are made small, sent one by one, and gone from the list when they are there", async () => {
  await sendPhotos([file(), file()]);
  expect(sent.map(({ type }) => type)).toEqual(["image/jpeg", "image/jpeg"]);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
  expect(sending.value).toEqual([]);
});

test("one that failed can be tried again, as the same photo", async () => {
  state.reachable = false;
  await sendPhotos([file()]);
  const [left] = sending.value;
  expect(left?.fault).toContain("No connection");
  state.reachable = true;
  await tryAgain(left?.id ?? "");
  expect(sent).toEqual([{ id: left?.id, type: "image/jpeg" }]);
  expect(sending.value).toEqual([]);
});

test("the others go on when one is no picture, or there are as many as may be", async () => {
  await sendPhotos([file("text/plain"), file()]);
  expect(sent.length).toBe(1);
  expect(sending.value.map(({ fault }) => fault)).toEqual([
    "This is not a photo that we can read. Please choose another one.",
  ]);
  drop(sending.value[0]?.id ?? "");
  state.status = 409;
  await sendPhotos([file()]);
  expect(sending.value[0]?.fault).toContain("No more photos");
});
