/** Who gets in at the phone's page, and what others are told. */

import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loginText, problemText } from "../src/problem_words.ts";
import { logIn, NoTechnician, session } from "../src/store/session.ts";
import { listFault, refresh } from "../src/store/sync.ts";
import { as } from "./support.ts";

beforeEach(() => localStorage.clear());

afterEach(() => {
  session.value = null;
  listFault.value = null;
  speak("en");
  vi.unstubAllGlobals();
});

/** Answers every request alike; returns what was asked for. */
function answering(status: number, body: unknown): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const { authorization = "nobody" } = init.headers as Record<string, string>;
    asked.push(`${path} ${authorization}`);
    const headers = { "content-type": "application/problem+json" };
    return new Response(JSON.stringify(body), { status, headers });
  });
  return asked;
}

test("a technician gets in", async () => {
  answering(200, as(7));
  await logIn("T-07", "1234");
  expect(session.value?.unit_id).toBe(7);
});

test("a dispatcher is told so, and is not kept", async () => {
  const asked = answering(200, { token: "a token", role: "dispatcher", unit_id: null });
  await expect(logIn("desk", "secret")).rejects.toThrow(NoTechnician);
  expect(session.value).toBeNull();
  expect(localStorage.getItem("roadflare.field.session.v1")).toBeNull();
  expect(asked).toEqual(["/api/v1/login nobody", "/api/v1/logout Bearer a token"]);
});

test("why the list is withheld is not swallowed", async () => {
  answering(403, { code: "not_allowed", detail: "The role may not do this." });
  session.value = as(7);
  await refresh();
  expect(problemText(listFault.value)).toBe(
    "This log-in may not do that. Log out, then log in as the unit.",
  );
});

test("refusals are told in the language of the page", () => {
  speak("zh");
  const wrong = new ProblemError(401, { code: "not_authenticated", detail: "User or secret…" });
  expect(loginText(wrong)).toBe("车辆编号或 PIN 码有误。");
  expect(problemText(new ProblemError(409, { code: "conflict" }))).toBe(
    "手上还有任务，请先完成或拒单。",
  );
  const text = { zh: "请求过于频繁，请 3 秒后再试。", en: "Too many requests." };
  expect(problemText(new ProblemError(429, { code: "too_many_requests", text }))).toBe(text.zh);
  expect(problemText(new ProblemError(502, {}))).toBe("服务器故障，请稍后再试。");
  expect(problemText(new OfflineError())).toContain("无法连接服务器");
});
