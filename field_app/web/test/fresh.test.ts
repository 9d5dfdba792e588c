import { expect, test } from "vitest";
import { keepFresh } from "../src/store/fresh.ts";

const QUIET_MS = 20_000;

/** A server with one list, and a clock that is set by hand. */
function scene() {
  const it = { version: 1, asked: 0, now: 0, reachable: true };
  const fresh = keepFresh(
    async () => {
      it.asked += 1;
      return it.reachable ? it.version : null;
    },
    QUIET_MS,
    () => it.now,
  );
  return { it, fresh };
}

test("the version at hand is not fetched again", async () => {
  const { it, fresh } = scene();
  await fresh.refresh();
  fresh.told(1);
  expect(it.asked).toBe(1);
});

test("another version is fetched", async () => {
  const { it, fresh } = scene();
  await fresh.refresh();
  it.version = 2;
  fresh.told(2);
  expect(it.asked).toBe(2);
});

test("whoever was told lately does not ask", async () => {
  const { it, fresh } = scene();
  await fresh.refresh();
  it.now = QUIET_MS - 1;
  fresh.told(1);
  it.now += QUIET_MS - 1;
  fresh.check();
  expect(it.asked).toBe(1);
  it.now += 1;
  fresh.check();
  expect(it.asked).toBe(2);
});

test("what is asked for while it is fetched is one more fetch", async () => {
  const { it, fresh } = scene();
  const first = fresh.refresh();
  void fresh.refresh();
  void fresh.refresh();
  await first;
  expect(it.asked).toBe(2);
});

test("a fetch that failed is tried again at the next look", async () => {
  const { it, fresh } = scene();
  it.reachable = false;
  await fresh.refresh();
  fresh.check();
  expect(it.asked).toBe(2);
});

test("a fetch that failed is tried again as soon as any version is told", async () => {
  const { it, fresh } = scene();
  await fresh.refresh();
  it.reachable = false;
  await fresh.refresh();
  fresh.told(1);
  expect(it.asked).toBe(3);
});
