import { ANSWER_MS, caller, OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { afterEach, expect, test, vi } from "vitest";

function answering(status: number, body: unknown) {
  const answer = new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
  return vi.spyOn(globalThis, "fetch").mockResolvedValue(answer);
}

test("a refusal carries every fault, its pointer as a path", async () => {
  answering(422, {
    code: "invalid_input",
    detail: "2 faults in the input.",
    text: { zh: "没有数字。没有 O。", en: "No digits. No O." },
    faults: [
      { pointer: "/caller/phone", text: { zh: "没有数字。", en: "No digits." } },
      { pointer: "/vehicle/vin", text: { zh: "没有 O。", en: "No O." } },
    ],
  });
  const error = await caller({ token: () => null })("/incidents", { body: {} }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ProblemError);
  expect((error as ProblemError).faults.map(({ field }) => field)).toEqual([
    "caller.phone",
    "vehicle.vin",
  ]);
});

test("a network that fails is told apart from a refusal", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("failed"));
  await expect(caller({ token: () => null })("/me")).rejects.toBeInstanceOf(OfflineError);
});

test("the token is sent, and a 401 is heard of", async () => {
  const fetching = answering(401, { code: "not_authenticated", detail: "Unknown token." });
  const refused = vi.fn();
  await caller({ token: () => "secret", refused })("/me").catch(() => {});
  expect(fetching.mock.calls[0]?.[1]?.headers).toMatchObject({ authorization: "Bearer secret" });
  expect(refused).toHaveBeenCalledOnce();
});

test("a refused token is renewed once, and the call made again", async () => {
  let bearer = "old";
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
    return new Headers(init?.headers).get("authorization") === "Bearer new"
      ? new Response('{"name":"desk"}', { status: 200 })
      : new Response("{}", { status: 401 });
  });
  const renew = vi.fn(async (refused: string) => {
    expect(refused).toBe("old");
    bearer = "new";
    return "renewed" as const;
  });
  const refused = vi.fn();
  const call = caller({ token: () => bearer, renew, refused });
  expect(await call("/me")).toEqual({ name: "desk" });
  expect(renew).toHaveBeenCalledOnce();
  expect(refused).not.toHaveBeenCalled();
});

test("who cannot ask for a token now is out of reach, not logged out", async () => {
  answering(401, {});
  const refused = vi.fn();
  const call = caller({ token: () => "old", renew: async () => "unreachable", refused });
  await expect(call("/me")).rejects.toBeInstanceOf(OfflineError);
  expect(refused).not.toHaveBeenCalled();
});

test("a token that another page brought may have ended too", async () => {
  let bearer = "old";
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
    const fresh = new Headers(init?.headers).get("authorization") === "Bearer fresh";
    return new Response("{}", { status: fresh ? 200 : 401 });
  });
  const refused = vi.fn();
  const renew = async (used: string) => {
    bearer = used === "old" ? "stale" : "fresh";
    return "renewed" as const;
  };
  await caller({ token: () => bearer, renew, refused })("/me");
  expect(refused).not.toHaveBeenCalled();
});

afterEach(() => {
  vi.useRealTimers();
});

const hanging = (signal?: AbortSignal | null) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("cut", "AbortError")));
  });

test("a socket that hangs is given up", async () => {
  vi.useFakeTimers();
  vi.spyOn(globalThis, "fetch").mockImplementation((_url, init) => hanging(init?.signal));
  const asked = expect(caller({ token: () => null })("/me")).rejects.toBeInstanceOf(OfflineError);
  await vi.advanceTimersByTimeAsync(ANSWER_MS);
  await asked;
});

test("so is one that hangs in the middle of its answer", async () => {
  vi.useFakeTimers();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_url, init) => {
    const answer = new Response("{}", { status: 200 });
    vi.spyOn(answer, "json").mockImplementation(() => hanging(init?.signal));
    return answer;
  });
  const asked = expect(caller({ token: () => null })("/me")).rejects.toBeInstanceOf(OfflineError);
  await vi.advanceTimersByTimeAsync(ANSWER_MS);
  await asked;
});

test("who gives up himself hears that he did", async () => {
  const cut = new AbortController();
  vi.spyOn(globalThis, "fetch").mockImplementation((_url, init) => hanging(init?.signal));
  const asked = caller({ token: () => null })("/me", { signal: cut.signal });
  cut.abort();
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});
