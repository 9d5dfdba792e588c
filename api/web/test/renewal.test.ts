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
  expect(await Promise.all([renew("a1"), renew("a1"), renew("a1")])).toEqual(
    Array(3).fill("renewed"),
  );
  expect(fetching).toHaveBeenCalledOnce();
  expect(keeper.read()).toMatchObject({ token: "a2", refresh_token: "r2" });
});

test("what another page has brought is taken, without an exchange", async () => {
  const fetching = answering(500, {});
  fetching.mockClear();
  expect(await renewal(keeping({ token: "a2", refresh_token: "r2" }))("a1")).toBe("renewed");
  expect(fetching).not.toHaveBeenCalled();
});

test("a session that has ended is not renewed", async () => {
  answering(401, {});
  expect(await renewal(keeping({ token: "a1", refresh_token: "r1" }))("a1")).toBe("refused");
  expect(await renewal(keeping({ token: "a1" }))("a1")).toBe("refused");
  expect(await renewal(keeping(null))("a1")).toBe("refused");
});

test.each([429, 500, 503])("a %i says nothing of the session: it is kept", async (status) => {
  const keeper = keeping({ token: "a1", refresh_token: "r1" });
  answering(status, {});
  expect(await renewal(keeper)("a1")).toBe("unreachable");
  answering(200, { token: "a2", refresh_token: "r2" });
  expect(await renewal(keeper)("a1")).toBe("renewed");
});

test("a session that was left meanwhile does not come back", async () => {
  let kept: Pair | null = { token: "a1", refresh_token: "r1" };
  const write = vi.fn();
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    kept = null;
    write.mockClear();
    return new Response(JSON.stringify({ token: "a2", refresh_token: "r2" }));
  });
  expect(await renewal({ name: "test", read: () => kept, write })("a1")).toBe("refused");
  expect(write).not.toHaveBeenCalled();
});

test("an exchange whose answer was lost is repeated with the same key, the next one with another", async () => {
  const keeper = keeping({ token: "a1", refresh_token: "r1" });
  const fetching = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  fetching.mockClear();
  const renew = renewal(keeper);
  expect(await renew("a1")).toBe("unreachable");
  answering(200, { token: "a2", refresh_token: "r2" });
  expect(await renew("a1")).toBe("renewed");
  expect(keeper.read()).toMatchObject({ token: "a2", refresh_key: undefined });
  expect(await renew("a2")).toBe("renewed");
  const keys = fetching.mock.calls.map(([, sent]) =>
    new Headers(sent?.headers).get("idempotency-key"),
  );
  expect(keys[0]).toHaveLength(36);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});
