import { caller, OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { expect, test, vi } from "vitest";

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
    remedy: "",
    faults: [
      { pointer: "/caller/phone", code: "a", message: "No digits.", remedy: "Give some." },
      { pointer: "/vehicle/vin", code: "b", message: "No O.", remedy: "" },
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
    return true;
  });
  const refused = vi.fn();
  const call = caller({ token: () => bearer, renew, refused });
  expect(await call("/me")).toEqual({ name: "desk" });
  expect(renew).toHaveBeenCalledOnce();
  expect(refused).not.toHaveBeenCalled();
});
