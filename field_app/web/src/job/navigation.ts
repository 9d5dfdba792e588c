/**
 * Handing the way over to a navigation app.
 *
 * Chinese maps want GCJ-02, and differ in the order of axes: AMap's web address wants lon,lat,
 * Baidu's wants lat,lon. `geo:` (RFC 5870) is WGS-84, lat,lon.
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

export function systemLink({ name, wgs84: [lon, lat] }: Goal): string {
  const at = `${six(lat)},${six(lon)}`;
  return `geo:${at}?q=${at}(${encodeURIComponent(name)})`;
}
