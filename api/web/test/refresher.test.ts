import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refresher } from "../src/console/store/refresher.ts";

let fetchedAt: number[] = [];

async function fetchNow(): Promise<void> {
  fetchedAt.push(performance.now());
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  fetchedAt = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe("refresher", () => {
  it("fetches once, a moment after many pokes", async () => {
    const soon = refresher(fetchNow, 250, 1000);
    const began = performance.now();
    soon.poke();
    soon.poke();
    await vi.advanceTimersByTimeAsync(5000);
    expect(fetchedAt.map((at) => at - began)).toEqual([250]);
  });

  it("shows what comes seldom at once", async () => {
    const soon = refresher(fetchNow, 250, 1000);
    const began = performance.now();
    soon.poke();
    await vi.advanceTimersByTimeAsync(3000);
    soon.poke();
    await vi.advanceTimersByTimeAsync(3000);
    expect(fetchedAt.map((at) => at - began)).toEqual([250, 3250]);
  });

  it("keeps fetches apart while much happens, and misses nothing", async () => {
    const soon = refresher(fetchNow, 250, 1000);
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) {
      soon.poke();
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(3000);
    expect(fetchedAt.map((at) => at - began)).toEqual([250, 1250, 2250]);
  });

  it("asks once more for what came while it fetched", async () => {
    let finish = () => {};
    const slow = () =>
      new Promise<void>((resolve) => {
        fetchedAt.push(performance.now());
        finish = resolve;
      });
    const soon = refresher(slow, 250);
    const began = performance.now();
    soon.poke();
    await vi.advanceTimersByTimeAsync(250);
    soon.poke();
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetchedAt.length).toBe(1);
    finish();
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetchedAt.map((at) => at - began)).toEqual([250, 1500]);
  });

  it("ends", async () => {
    const soon = refresher(fetchNow, 250);
    soon.poke();
    soon.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetchedAt).toEqual([]);
  });
});
