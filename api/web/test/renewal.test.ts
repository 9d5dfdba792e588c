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
