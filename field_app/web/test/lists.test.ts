/** On which day a visit is, and whether that has to be said. */

import { timezone } from "@roadflare/kit/format.ts";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test, vi } from "vitest";
import { dayIfOther } from "../src/Lists.tsx";
import { findRegion, regionKnown } from "../src/store/region.ts";
import { session } from "../src/store/session.ts";
import { as } from "./support.ts";

afterEach(() => {
  timezone.value = undefined;
  session.value = null;
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

test("the day is that of the region", async () => {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ timezone: "America/Lima" })));
  session.value = as(7);
  const stop = findRegion();
  const found = await regionKnown(new AbortController().signal);
  stop();
  expect(found?.timezone).toBe("America/Lima");
  expect(dayIfOther("2026-06-01T16:00:00Z", EVENING)).toBeNull();
  expect(dayIfOther("2026-06-02T05:00:00Z", EVENING)).toBe("Tue 2 Jun");
});
