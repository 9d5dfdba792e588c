import { dayAfter, dayIn, instantIn, isWeekday } from "@roadflare/kit/zoned.ts";
import { expect, test } from "vitest";

test("a day and a time are the region's, wherever the browser stands", () => {
  expect(instantIn("2026-06-01", "09:30", "Asia/Shanghai")).toBe("2026-06-01T01:30:00.000Z");
  expect(instantIn("2026-01-15", "09:30", "America/Santiago")).toBe("2026-01-15T12:30:00.000Z");
  expect(dayIn(Date.UTC(2026, 5, 1, 16, 30), "Asia/Shanghai")).toBe("2026-06-02");
});

test("both sides of a change of clocks are right", () => {
  expect(instantIn("2026-03-29", "01:30", "Europe/Berlin")).toBe("2026-03-29T00:30:00.000Z");
  expect(instantIn("2026-03-29", "03:30", "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
});

test("half a time is none", () => {
  expect(instantIn("2026-06-01", "", "Asia/Shanghai")).toBeNull();
  expect(instantIn("", "09:30", "Asia/Shanghai")).toBeNull();
});

test("days are counted over months, and weekends are known", () => {
  expect(dayAfter("2026-05-31")).toBe("2026-06-01");
  expect(dayAfter("2026-06-01", -1)).toBe("2026-05-31");
  expect([isWeekday("2026-06-05"), isWeekday("2026-06-06")]).toEqual([true, false]);
});
