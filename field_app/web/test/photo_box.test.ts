import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { expect, test } from "vitest";
import { makePhotoBox } from "../src/store/photo_box.ts";
import type { KeptPhoto, PhotoShelf } from "../src/store/photo_shelf.ts";

const UNIT = 7;

function shelf(): PhotoShelf & { held: Map<string, KeptPhoto> } {
  const held = new Map<string, KeptPhoto>();
  return {
    held,
    all: async (unit) => [...held.values()].filter((photo) => photo.unit === unit),
    put: async (photo) => void held.set(photo.client_id, photo),
    remove: async (id) => void held.delete(id),
  };
}

const photo = (client_id: string) => ({
  client_id,
  job_id: 1,
  number: "R-0001",
  step: "before_loading",
  taken_at: `2026-03-01T12:00:00Z`,
  picture: new Blob(["x"], { type: "image/jpeg" }),
});

/** A server that keeps what it was sent, and can be out of reach. */
function server() {
  const heard: string[] = [];
  const state = { reachable: true, losesAnswers: false, refuses: 0 };
  const send = async ({ client_id }: KeptPhoto) => {
    if (!state.reachable) throw new OfflineError();
    if (state.refuses) {
      const text = { zh: "已达上限", en: "There are as many." };
      throw new ProblemError(state.refuses, { code: "conflict", text });
    }
    if (!heard.includes(client_id)) heard.push(client_id);
    if (state.losesAnswers) throw new OfflineError();
    return 1 + heard.indexOf(client_id);
  };
  return { heard, state, send };
}

const ids = (photos: readonly KeptPhoto[]) => photos.map(({ client_id }) => client_id);

test("offline nothing is lost, not by a restart either; online each is sent once", async () => {
  const { heard, state, send } = server();
  const kept = shelf();
  const box = makePhotoBox(kept, UNIT, send);
  state.reachable = false;
  await box.add(photo("a"));
  await box.add(photo("b"));
  expect(await box.flush()).toBe(false);
  const restarted = makePhotoBox(kept, UNIT, send);
  await restarted.opened;
  expect(ids(restarted.unsent.value)).toEqual(["a", "b"]);
  state.reachable = true;
  expect(await restarted.flush()).toBe(true);
  expect(heard).toEqual(["a", "b"]);
  expect(restarted.unsent.value).toEqual([]);
  expect(restarted.sent.value.map(({ id }) => id)).toEqual([1, 2]);
  expect(kept.held.size).toBe(0);
});

test("a lost answer is asked for again with the same id", async () => {
  const { heard, state, send } = server();
  const box = makePhotoBox(shelf(), UNIT, send);
  state.losesAnswers = true;
  await box.add(photo("a"));
  expect(await box.flush()).toBe(false);
  expect(ids(box.unsent.value)).toEqual(["a"]);
  state.losesAnswers = false;
  expect(await box.flush()).toBe(true);
  expect(heard).toEqual(["a"]);
});

test("what will never be taken is told, holds up nothing, and is forgotten when it was read", async () => {
  const { heard, state, send } = server();
  const kept = shelf();
  const box = makePhotoBox(kept, UNIT, send);
  state.refuses = 409;
  await box.add(photo("a"));
  expect(await box.flush()).toBe(true);
  expect(box.unsent.value).toEqual([]);
  const restarted = makePhotoBox(kept, UNIT, send);
  await restarted.opened;
  expect(restarted.refused.value[0]?.refused?.text?.en).toBe("There are as many.");
  state.refuses = 0;
  await restarted.add(photo("b"));
  expect(await restarted.flush()).toBe(true);
  expect(heard).toEqual(["b"]);
  await restarted.forgive("a");
  expect(restarted.refused.value).toEqual([]);
  expect(kept.held.size).toBe(0);
});

test.each([401, 403, 429, 503])("HTTP %i is waited out", async (status) => {
  const { state, send } = server();
  const box = makePhotoBox(shelf(), UNIT, send);
  state.refuses = status;
  await box.add(photo("a"));
  expect(await box.flush()).toBe(false);
  expect(ids(box.unsent.value)).toEqual(["a"]);
});

test("what one unit has taken is not sent as another's", async () => {
  const { heard, send } = server();
  const kept = shelf();
  await makePhotoBox(kept, UNIT, send).add(photo("a"));
  const other = makePhotoBox(kept, 8, send);
  expect(await other.flush()).toBe(true);
  expect(heard).toEqual([]);
  expect(kept.held.size).toBe(1);
});

test("a phone without room says so, and counts nothing as taken", async () => {
  const full = { ...shelf(), put: () => Promise.reject(new Error("QuotaExceeded")) };
  const box = makePhotoBox(full, UNIT, server().send);
  await expect(box.add(photo("a"))).rejects.toThrow("QuotaExceeded");
  expect(box.unsent.value).toEqual([]);
});
