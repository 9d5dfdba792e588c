/** A small map that follows a journey: a car, who comes to it, and the way between them. */

import { effect } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import { AttributionControl, Map as MapLibre } from "maplibre-gl";
import type { Bounds, LonLat, UnitKind } from "../contract.ts";
import { stillness, theme } from "../theme.ts";
import { boundsOf, collection, lineOf, pointAt } from "./geo.ts";
import { GROUND } from "./ground.ts";
import { destination } from "./layers/destination.ts";
import { ownCar } from "./layers/own_car.ts";
import { routeCasings } from "./layers/route_casings.ts";
import { routes } from "./layers/routes.ts";
import { units } from "./layers/units.ts";
import { paletteOf } from "./palette.ts";
import { setUpMaps } from "./setup.ts";
import { makeStyle, repaint, show } from "./style.ts";
import { putSymbols } from "./symbols.ts";
import { trimmed } from "./trim.ts";

const LAYERS = [...GROUND, routeCasings, routes, destination, ownCar, units];

export interface Journey {
  car: LonLat;
  unit: { at: LonLat; kind: UnitKind } | null;
  route: readonly LonLat[] | null;
  destination: { at: LonLat; name: string } | null;
}

export interface SmallMap {
  show(journey: Journey): void;
  remove(): void;
}

export interface SmallMapOptions {
  box: HTMLElement;
  basemap: string | null;
  bounds: Bounds;
  attribution: string;
}

function sourcesOf({ car, unit, route, destination: end }: Journey) {
  const way = route && unit ? trimmed(route, unit.at) : route;
  return {
    car: collection([pointAt(car)]),
    units: collection(
      unit ? [pointAt(unit.at, { kind: unit.kind, state: "rolling", code: "" })] : [],
    ),
    routes: collection(way && way.length > 1 ? [lineOf(way)] : []),
    destination: collection(end ? [pointAt(end.at, { name: end.name })] : []),
  } satisfies Record<string, FeatureCollection>;
}

/** What should be in view. */
function extent({ car, unit, route, destination: end }: Journey): Bounds | null {
  const way = route && unit ? trimmed(route, unit.at) : (route ?? []);
  const points = [car, ...way];
  if (unit) points.push(unit.at);
  if (end) points.push(end.at);
  return boundsOf(points);
}

export function drawSmallMap({ box, basemap, bounds, attribution }: SmallMapOptions): SmallMap {
  setUpMaps();
  const map = new MapLibre({
    container: box,
    style: makeStyle({ basemap: basemap ?? "", layers: LAYERS, palette: paletteOf(theme.peek()) }),
    bounds,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    // One finger scrolls the page, two move the map.
    cooperativeGestures: true,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new AttributionControl({ customAttribution: attribution, compact: false }));
  let latest: Journey | null = null;
  let loaded = false;
  let touched = false;
  let stop = () => {};
  map.on("dragstart", () => {
    touched = true;
  });
  map.on("wheel", () => {
    touched = true;
  });

  function draw(journey: Journey): void {
    for (const [source, data] of Object.entries(sourcesOf(journey))) show(map, source, data);
    const view = extent(journey);
    // Once somebody has moved the map it stays theirs.
    if (!view || touched) return;
    const [west, south, east, north] = view;
    const duration = stillness.matches ? 0 : 400;
    map.fitBounds(
      [
        [west, south],
        [east, north],
      ],
      { padding: { top: 56, right: 36, bottom: 36, left: 36 }, maxZoom: 15.5, duration },
    );
  }

  map.on("load", () => {
    loaded = true;
    stop = effect(() => {
      const palette = paletteOf(theme.value);
      putSymbols(map, palette);
      repaint(map, LAYERS, palette);
    });
    if (latest) draw(latest);
  });
  map.on("error", ({ error }) => {
    // Without a network tiles are missing; the page says so in words.
    if (navigator.onLine) console.error(error);
  });
  map.on("idle", () => {
    box.dataset.map = "idle";
  });
  return {
    show(journey) {
      latest = journey;
      if (loaded) draw(journey);
    },
    remove() {
      stop();
      map.remove();
    },
  };
}
