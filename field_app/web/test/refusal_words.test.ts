import type { Bilingual } from "@roadflare/kit/contract.ts";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test } from "vitest";
import { refusalText } from "../src/refusal_words.ts";

afterEach(() => speak("en"));

const refused = (code: string, text: Bilingual | null, number = "F-12") => {
  const event = { client_id: "a", at: "", kind: "done", job_id: 1, number } as const;
  return refusalText({ event, code, text });
};
const CANCELLED = { zh: "该任务已取消。", en: "The job was cancelled." };

test("job and step are named, and the reason is told in the language of the page", () => {
  expect(refused("report.cancelled", CANCELLED)).toBe(
    "F-12 · Job done: not accepted. The job was cancelled.",
  );
  speak("zh");
  expect(refused("report.cancelled", CANCELLED)).toBe("F-12 · 任务完成：未被接受。该任务已取消。");
});

test("without a reason for people the code is told, and no English", () => {
  speak("zh");
  expect(refused("rejected", null)).toBe("F-12 · 任务完成：未被接受。请联系调度。");
  expect(refused("invalid_input", null, "")).toBe(
    "任务完成：未被接受。服务器无法接受所发送的内容。",
  );
});

test("where the page knows what to press, it says so in its own words", () => {
  expect(refused("not_allowed", { zh: "无权。", en: "The role may not do this." })).toContain(
    "Log out, then log in as the unit.",
  );
});
