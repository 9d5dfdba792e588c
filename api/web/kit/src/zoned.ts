/** Days and times of day as a region's clock shows them. */

const DAY_MS = 24 * 3600 * 1000;

/** The day in a zone, "2026-06-01". */
export function dayIn(at: number, timeZone?: string): string {
  const zone = timeZone ? { timeZone } : {};
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    ...zone,
  });
  return parts.format(at);
}

/** "2026-06-01" and -1: "2026-05-31". */
export function dayAfter(day: string, by = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);
}

/** Whether a day is Monday to Friday. */
export function isWeekday(day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday >= 1 && weekday <= 5;
}

/** How far a zone's clock is ahead of UTC at an instant, in milliseconds. */
function aheadMs(at: number, timeZone?: string): number {
  const zone = timeZone ? { timeZone } : {};
  const parts = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
    ...zone,
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(
    of("year"),
    of("month") - 1,
    of("day"),
    of("hour"),
    of("minute"),
    of("second"),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/**
 * The instant at which a zone's clock shows a day and a time ("09:30"), as ISO 8601 in UTC; of a
 * time that a change of clocks skips, what the clock before it would have shown. Null if either is
 * missing.
 */
export function instantIn(day: string, time: string, timeZone?: string): string | null {
  const shown = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(shown)) return null;
  const guess = shown - aheadMs(shown, timeZone);
  return new Date(shown - aheadMs(guess, timeZone)).toISOString();
}
