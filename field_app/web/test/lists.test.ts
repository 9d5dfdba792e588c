/** On which day a visit is, and whether that has to be said. */

import { dayIfOther, timezone } from "@roadflare/kit/format.ts";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test, vi } from "vitest";
import { session } from "../src/store/session.ts";
import { forgetList, refresh } from "../src/store/sync.ts";
import { as, server } from "./support.ts";

afterEach(() => {
  timezone.value = undefined;
  session.value = null;
  forgetList();
  speak("en");
  vi.unstubAllGlobals();
});

const EVENING = Date.parse("2026-06-01T12:00:00Z"); // 20:00 in Shanghai

test("today's visits have no day, tomorrow's have one", () => {
  timezone.value = "Asia/Shanghai";
  expect(dayIfOther("2026-06-01T15:59:00Z", EVENING)).toBeNull();
  expect(dayIfOther("2026-06-01T16:00:00Z", EVENING)).toBe("Tue 2 Jun");
  speak("zh");
  expect(dayIfOther("2026-06-01T16:00:00Z", EVENING)).toBe("6月2日周二");
});

test("the day is that of the region, which the list tells", async () => {
  server();
  session.value = as(7);
  await refresh();
  expect(dayIfOther("2026-06-01T16:00:00Z", EVENING)).toBeNull();
  expect(dayIfOther("2026-06-02T05:00:00Z", EVENING)).toBe("Tue 2 Jun");
});
