import {
  ageText,
  clockText,
  distanceText,
  minutesText,
  timeOfDay,
  timeRange,
  timezone,
} from "@roadflare/kit/format.ts";
import { language } from "@roadflare/kit/words.ts";
import { beforeEach, expect, test } from "vitest";
import { readPromise } from "../src/console/queue/clock_text.ts";
import { at, incident, NOON } from "./incidents.ts";

beforeEach(() => {
  language.value = "en";
  timezone.value = "UTC";
});

test.each([
  [0, "00:00"],
  [59.9, "00:59"],
  [725, "12:05"],
  [-725, "12:05"],
  [3600, "1:00:00"],
  [3725, "1:02:05"],
])("%d s reads %s", (seconds, text) => expect(clockText(seconds)).toBe(text));

test("the promise counts down, then up with a plus", () => {
  expect(readPromise(incident(1), NOON + 60_000)).toMatchObject({ text: "29:00", word: "left" });
  const late = readPromise(incident(1), NOON + 33 * 60_000);
  expect(late).toMatchObject({ text: "+03:00", word: "late", shareLeft: 0 });
});

test("the promise stands still once somebody is at the car", () => {
  const served = incident(1, { arrived_at: at(20) });
  expect(readPromise(served, NOON + 90 * 60_000)).toMatchObject({
    text: "10:00",
    word: "arrived",
  });
});

test("minutes are never zero, and long ones are hours", () => {
  expect(minutesText(5)).toBe("1 min");
  expect(minutesText(260)).toBe("4 min");
  expect(minutesText(3 * 3600)).toBe("3 h");
  language.value = "zh";
  expect(minutesText(260)).toBe("4 分钟");
});

test("distances round to what a driver reads", () => {
  expect(distanceText(846)).toBe("850 m");
  expect(distanceText(4242)).toBe("4.2 km");
  expect(distanceText(23_900)).toBe("24 km");
});

test("a range is two times of day", () => {
  expect(timeRange([at(33), at(41)])).toBe("12:33–12:41");
});

test("a region's times are told in its own zone, wherever the console stands", () => {
  timezone.value = "Asia/Shanghai";
  expect(timeOfDay(at(0))).toBe("20:00");
});

test("how long ago is told in the reader's words", () => {
  expect([ageText(54.4), ageText(89), ageText(180)]).toEqual(["54 s", "89 s", "3 min"]);
  language.value = "zh";
  expect([ageText(54), ageText(180)]).toEqual(["54 秒", "3 分钟"]);
  language.value = "en";
});
