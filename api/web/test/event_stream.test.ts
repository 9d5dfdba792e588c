import { openStream } from "@roadflare/kit/event_stream.ts";
import type { Renewed } from "@roadflare/kit/renewal.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A stream whose server answers `statuses` one after the other, the last one for ever. */
function streaming(statuses: number[], renewed: Renewed, token: string | null = "t1") {
  let n = 0;
  const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const status = statuses[Math.min(n, statuses.length - 1)];
    n += 1;
    return new Response("", { status });
  });
  fetching.mockClear();
  const onRefused = vi.fn();
  const stream = openStream({
    url: "/events",
    token: () => token,
    renew: async () => renewed,
    onEvent: () => {},
    onRefused,
  });
  return { stream, fetching, onRefused };
}

test("a token that cannot be renewed now does not end the stream", async () => {
  const { stream, fetching, onRefused } = streaming([401], "unreachable");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fetching.mock.calls.length).toBeGreaterThan(2);
  expect(onRefused).not.toHaveBeenCalled();
  stream.close();
});

test("a session that has ended does", async () => {
  const { fetching, onRefused } = streaming([401], "refused");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fetching).toHaveBeenCalledOnce();
  expect(onRefused).toHaveBeenCalledOnce();
});

test("a service that is being exchanged answers 404: no reason to log anybody out", async () => {
  const { stream, onRefused } = streaming([404, 410], "refused");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onRefused).not.toHaveBeenCalled();
  stream.close();
});

test("an owner's request that is gone ends its stream", async () => {
  const { onRefused } = streaming([404], "refused", null);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onRefused).toHaveBeenCalledOnce();
});
