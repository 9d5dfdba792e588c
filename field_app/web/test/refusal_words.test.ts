import { readFileSync } from "node:fs";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test } from "vitest";
import { refusalText } from "../src/refusal_words.ts";

afterEach(() => speak("en"));

const refused = (detail: string, code = "rejected", number = "F-12") => {
  const event = { client_id: "a", at: "", kind: "done", job_id: 1, number } as const;
  return refusalText({ event, code, detail });
};

const SAID = [
  ["The job is not with this unit any more: it was withdrawn", "该任务已不归本车。"],
  ["It was never given to this unit.", "该任务已不归本车。"],
  ["The job was cancelled.", "该任务已取消。"],
  ["it can be reported as not possible, not declined.", "作业已开始，请改报“无法完成”。"],
  ["it can be reported as not possible, not as gone.", "车辆已装车，请改报“无法完成”。"],
  [" already.", "该任务已结束。"],
  ["there is nothing to load.", "该任务在现场完成，无需装车。"],
  ["The unit is off shift", "车辆未出勤，请先开始班次。"],
  [" s in the future.", "手机时间偏快，请校准。"],
] as const;

test.each(SAID)("what the server says in English is said in Chinese: %s", (said, told) => {
  // The sentence is the server's own: where it changes, so must the words.
  expect(readFileSync("dispatch/status.py", "utf8")).toContain(said);
  speak("zh");
  expect(refused(said)).toBe(`F-12 · 任务完成：未被接受。${told}`);
});

test("job and step are named, and no English is shown for what is not known", () => {
  expect(refused("The job was cancelled.")).toBe(
    "F-12 · Job done: not accepted. The job was cancelled.",
  );
  speak("zh");
  expect(refused("Something new.")).toBe("F-12 · 任务完成：未被接受。请联系调度。");
  expect(refused("Body too long", "invalid_input", "")).toBe(
    "任务完成：未被接受。服务器无法接受所发送的内容。",
  );
});
