/** Times, durations, distances and money as people read them. */

import { signal } from "@preact/signals";
import { language } from "./words.ts";
import { dayIn } from "./zoned.ts";

/**
 * IANA name of the zone that times are told in; undefined is the viewer's own. While it is null it
 * is not known yet: a time of another zone would be believed, so none is told.
 */
export const timezone = signal<string | undefined | null>(undefined);

const UNKNOWN = "–";

const locale = () => (language.value === "zh" ? "zh-CN" : "en-GB");

function told(at: string | number, options: Intl.DateTimeFormatOptions): string {
  if (timezone.value === null) return UNKNOWN;
  const zone = timezone.value ? { timeZone: timezone.value } : {};
  return new Intl.DateTimeFormat(locale(), { ...options, ...zone }).format(new Date(at));
}

/** "21:40" */
export function timeOfDay(at: string | number): string {
  return told(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "21:40:07" */
export function timeOfDayWithSeconds(at: string | number): string {
  return told(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** "Tue 4 Nov" */
export function dayOf(at: string | number): string {
  return told(at, { weekday: "short", day: "numeric", month: "short" });
}

/** The day of an instant, unless that is today. */
export function dayIfOther(at: string, nowMs: number): string | null {
  const zone = timezone.value ?? undefined;
  return dayIn(Date.parse(at), zone) === dayIn(nowMs, zone) ? null : dayOf(at);
}

/** "2026-11-04": "Wed 4 Nov" */
export function dayNamed(day: string): string {
  const options = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(locale(), options).format(new Date(`${day}T00:00:00Z`));
}

/** "21:33–21:41" */
export function timeRange([from, to]: readonly [string, string]): string {
  return timezone.value === null ? UNKNOWN : `${timeOfDay(from)}–${timeOfDay(to)}`;
}

/** How long ago something was seen: "54 s", from a minute and a half on "3 min". */
export function ageText(seconds: number): string {
  if (seconds >= 90) return minutesText(seconds);
  return `${Math.round(seconds)} ${language.value === "zh" ? "秒" : "s"}`;
}

const two = (n: number) => String(n).padStart(2, "0");

/** Seconds as a clock: "12:05", from an hour on "1:02:05"; the sign is the caller's to say. */
export function clockText(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const tail = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${two(minutes)}:${tail}`;
}

/** Seconds as whole minutes, never below one: "4 min". */
export function minutesText(seconds: number): string {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  if (minutes < 120) return language.value === "zh" ? `${minutes} 分钟` : `${minutes} min`;
  const hours = Math.round(minutes / 6) / 10;
  return language.value === "zh" ? `${hours} 小时` : `${hours} h`;
}

/** "850 m", "4.2 km" */
export function distanceText(metres: number): string {
  if (metres < 950) return `${Math.round(metres / 10) * 10} m`;
  return `${(metres / 1000).toFixed(metres < 9950 ? 1 : 0)} km`;
}

export function moneyText(cny: number): string {
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency: "CNY",
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 0,
  }).format(cny);
}

export function percentText(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(
    share,
  );
}

/** Seconds from one instant to another, positive when the second is later. */
export function secondsBetween(from: string | number, to: string | number): number {
  return (new Date(to).getTime() - new Date(from).getTime()) / 1000;
}
