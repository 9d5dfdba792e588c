import { type Pair, renewal } from "@roadflare/kit/renewal.ts";
import { expect, test, vi } from "vitest";

function keeping(first: Pair | null) {
  let kept = first;
  return {
    name: "test",
    read: () => kept,
    write: (pair: Pair) => {
      kept = pair;
    },
  };
}

function answering(status: number, body: unknown) {
  return vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(async () => new Response(JSON.stringify(body), { status }));
}

test("many refused calls make one exchange", async () => {
  const keeper = keeping({ token: "a1", refresh_token: "r1" });
  const fetching = answering(200, { token: "a2", refresh_token: "r2" });
  fetching.mockClear();
  const renew = renewal(keeper);
  expect(await Promise.all([renew("a1"), renew("a1"), renew("a1")])).toEqual([true, true, true]);
  expect(fetching).toHaveBeenCalledOnce();
  expect(keeper.read()).toMatchObject({ token: "a2", refresh_token: "r2" });
});

test("what another page has brought is taken, without an exchange", async () => {
  const fetching = answering(500, {});
  fetching.mockClear();
  expect(await renewal(keeping({ token: "a2", refresh_token: "r2" }))("a1")).toBe(true);
  expect(fetching).not.toHaveBeenCalled();
});

test("a session that has ended is not renewed", async () => {
  answering(401, {});
  expect(await renewal(keeping({ token: "a1", refresh_token: "r1" }))("a1")).toBe(false);
  expect(await renewal(keeping({ token: "a1" }))("a1")).toBe(false);
  expect(await renewal(keeping(null))("a1")).toBe(false);
});

test("an exchange whose answer was lost is repeated with the same key, the next one with another", async () => {
  const keeper = keeping({ token: "a1", refresh_token: "r1" });
  const fetching = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  fetching.mockClear();
  const renew = renewal(keeper);
  expect(await renew("a1")).toBe(false);
  answering(200, { token: "a2", refresh_token: "r2" });
  expect(await renew("a1")).toBe(true);
  expect(keeper.read()).toMatchObject({ token: "a2", refresh_key: undefined });
  expect(await renew("a2")).toBe(true);
  const keys = fetching.mock.calls.map(([, sent]) =>
    new Headers(sent?.headers).get("idempotency-key"),
  );
  expect(keys[0]).toHaveLength(36);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});
