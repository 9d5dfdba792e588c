/** Widths and colours of roads by OSM class; links are drawn as the road they lead to. */

import type { ExpressionSpecification } from "maplibre-gl";
import type { Palette } from "./palette.ts";

const withLinks = (...classes: string[]) => classes.flatMap((name) => [name, `${name}_link`]);
export const MOTORWAYS = withLinks("motorway", "trunk");
export const MAJOR = withLinks("primary");
export const MEDIUM = [...withLinks("secondary", "tertiary")];

const CLASS: ExpressionSpecification = ["coalesce", ["get", "class"], ["get", "highway"], ""];

type Widths = [motorway: number, major: number, medium: number, minor: number];
const BY_ZOOM: [zoom: number, widths: Widths][] = [
  [8, [1.2, 0.7, 0.3, 0]],
  [11, [2.4, 1.7, 0.9, 0.25]],
  [13, [4.2, 3.4, 2.2, 1]],
  [15, [8, 7, 5, 3.2]],
  [18, [26, 24, 18, 14]],
];

function byClass<T extends string | number>(values: [T, T, T, T]): ExpressionSpecification {
  const [motorway, major, medium, minor] = values;
  return [
    "match",
    CLASS,
    MOTORWAYS,
    motorway,
    MAJOR,
    major,
    MEDIUM,
    medium,
    minor,
  ] as unknown as ExpressionSpecification;
}

export function roadWidth(extraPx = 0): ExpressionSpecification {
  const stops = BY_ZOOM.flatMap(([zoom, widths]) => [
    zoom,
    byClass(widths.map((width) => (width === 0 ? 0 : width + extraPx)) as Widths),
  ]);
  return ["interpolate", ["exponential", 1.4], ["zoom"], ...stops] as ExpressionSpecification;
}

export const roadColour = (palette: Palette): ExpressionSpecification =>
  byClass([palette.motorway, palette.major, palette.medium, palette.minor]);

/** Motorways are drawn over side streets. */
export const ROAD_SORT: ExpressionSpecification = byClass([4, 3, 2, 1]);
