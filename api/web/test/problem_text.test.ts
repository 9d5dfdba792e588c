import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test } from "vitest";
import { problemText } from "../src/console/store/toasts.ts";

afterEach(() => speak("en"));

const REFUSED = new ProblemError(409, {
  code: "conflict",
  detail: "T-07 is paused.",
  text: { zh: "T-07 当前为“暂停”，请选择在班车辆。", en: "T-07 is paused. Choose another." },
});

test("a refusal is told as the server says it, in the language of the page", () => {
  expect(problemText(REFUSED)).toBe("T-07 is paused. Choose another.");
  speak("zh");
  expect(problemText(REFUSED)).toBe("T-07 当前为“暂停”，请选择在班车辆。");
});

test("an answer that is not the service's own is told by its status, in no other language", () => {
  const gateway = new ProblemError(502, { title: "Bad gateway" });
  expect(problemText(gateway)).toContain("HTTP 502");
  speak("zh");
  expect(problemText(gateway)).toBe("服务器未正常应答（HTTP 502），请稍后再试。");
  expect(problemText(new OfflineError())).toContain("无法连接服务器");
});
