/** Small GeoJSON makers and measures. */

import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { Bounds, LonLat } from "../contract.ts";

export function pointAt(
  at: LonLat,
  properties: Record<string, unknown> = {},
  id?: number,
): Feature {
  const point: Feature = {
    type: "Feature",
    geometry: { type: "Point", coordinates: at },
    properties,
  };
  if (id !== undefined) point.id = id;
  return point;
}

export function lineOf(
  coordinates: readonly LonLat[],
  properties: Record<string, unknown> = {},
): Feature {
  return {
    type: "Feature",
    geometry: { type: "LineString", coordinates: [...coordinates] },
    properties,
  };
}

export const collection = (features: Feature[]): FeatureCollection => ({
  type: "FeatureCollection",
  features,
});

export function boundsOf(points: readonly LonLat[]): Bounds | null {
  if (points.length === 0) return null;
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** All corners of polygons; nothing of other geometries. */
export function cornersOf(geometry: Geometry): LonLat[] {
  if (geometry.type === "Polygon") return geometry.coordinates.flat() as LonLat[];
  if (geometry.type === "MultiPolygon") return geometry.coordinates.flat(2) as LonLat[];
  return [];
}

const EARTH_M = 6_371_000;
const RADIANS = Math.PI / 180;

/** Great-circle distance in metres (haversine). */
export function distanceM([lonA, latA]: LonLat, [lonB, latB]: LonLat): number {
  const half =
    Math.sin(((latB - latA) * RADIANS) / 2) ** 2 +
    Math.cos(latA * RADIANS) *
      Math.cos(latB * RADIANS) *
      Math.sin(((lonB - lonA) * RADIANS) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}
