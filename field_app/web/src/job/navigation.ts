/**
 * Handing the way over to a navigation app.
 *
 * Chinese maps want GCJ-02, and differ in the order of axes: AMap's web address wants lon,lat,
 * Baidu's and Apple's want lat,lon. `geo:` (RFC 5870) is WGS-84, lat,lon.
 */

import type { Goal } from "./goal.ts";

const six = (degrees: number) => degrees.toFixed(6);

/** https://lbs.amap.com/api/uri-api/guide/travel/route */
export function amapLink({ name, gcj02: [lon, lat] }: Goal): string {
  const to = `${six(lon)},${six(lat)},${encodeURIComponent(name.replaceAll(",", " "))}`;
  return `https://uri.amap.com/navigation?to=${to}&mode=car&coordinate=gaode&callnative=1`;
}

/** https://lbsyun.baidu.com/index.php?title=uri/api/android */
export function baiduLink({ gcj02: [lon, lat] }: Goal): string {
  return `baidumap://map/navi?location=${six(lat)},${six(lon)}&coord_type=gcj02&src=roadflare`;
}

/** iPads call themselves Macs; no Mac has a touch screen. */
export function isApplePhone({ userAgent, maxTouchPoints }: Navigator): boolean {
  return /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes("Mac") && maxTouchPoints > 1);
}

/**
 * iOS has no handler for `geo:`, and its own maps draw China in GCJ-02.
 * https://developer.apple.com/library/archive/featuredarticles/iPhoneURLScheme_Reference/MapLinks/MapLinks.html
 */
export function appleLink({ gcj02: [lon, lat] }: Goal): string {
  return `maps://?daddr=${six(lat)},${six(lon)}&dirflg=d`;
}

export function geoLink({ name, wgs84: [lon, lat] }: Goal): string {
  const at = `${six(lat)},${six(lon)}`;
  return `geo:${at}?q=${at}(${encodeURIComponent(name)})`;
}

/** The map app that came with the phone. */
export function systemLink(goal: Goal, phone: Navigator = navigator): string {
  return isApplePhone(phone) ? appleLink(goal) : geoLink(goal);
}
