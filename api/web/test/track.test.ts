import { expect, test } from "vitest";
import { minutesRange } from "../src/track/headline.ts";
import { at, NOON } from "./incidents.ts";

test("the range is told in minutes, widened outwards", () => {
  expect(minutesRange([at(9.5), at(14.2)], NOON)).toBe("9–15");
});

test("a range that has begun starts at one minute", () => {
  expect(minutesRange([at(-2), at(4)], NOON)).toBe("1–4");
});

test("a range that has passed is no number any more", () => {
  expect(minutesRange([at(-9), at(0.5)], NOON)).toBeNull();
});
