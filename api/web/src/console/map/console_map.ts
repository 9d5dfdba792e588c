/** The console's map: made once, fed by signals, moved only by the operator. */

import "maplibre-gl/dist/maplibre-gl.css";
import { effect, signal } from "@preact/signals";
import type { LonLat, Region } from "@roadflare/kit/contract.ts";
import { boundsOf, cornersOf, lineOf, pointAt } from "@roadflare/kit/map/geo.ts";
import { paletteOf } from "@roadflare/kit/map/palette.ts";
import { setUpMaps } from "@roadflare/kit/map/setup.ts";
import { makeStyle, NOTHING, repaint, show } from "@roadflare/kit/map/style.ts";
import { putSymbols } from "@roadflare/kit/map/symbols.ts";
import { stillness, theme } from "@roadflare/kit/theme.ts";
import { AttributionControl, Map as MapLibre, type MapMouseEvent, ScaleControl } from "maplibre-gl";
import { allowUnit, droppedUnit } from "../queue/drag.ts";
import { assign } from "../store/actions.ts";
import { candidatesOf } from "../store/detail.ts";
import { openRoad } from "../store/roads.ts";
import {
  openRoadCard,
  openUnit,
  openUnitCard,
  pointedUnitId,
  selectedIncident,
  selectIncident,
} from "../store/selection.ts";
import { incidents, roadReports, units } from "../store/world.ts";
import {
  arrowFeatures,
  candidateFeatures,
  centreFeatures,
  incidentFeatures,
  roadFeatures,
  routeFeatures,
  type ShownRoute,
  unitFeatures,
} from "./features.ts";
import { CONSOLE_LAYERS } from "./layers.ts";
import { Motion } from "./motion.ts";
import { followRoutes, routes } from "./routes.ts";
import { pickedPlace, pickedRoad, picking, viewRequest } from "./view.ts";

/** At most ten frames a second, and never more than half of the machine's time. */
const FRAME_MS = 100;
/** Grows while units glide. */
const frame = signal(0);
/** Grows when new positions came; for what need not be redrawn in every frame. */
const fix = signal(0);
export const bounds = signal<[number, number, number, number] | null>(null);

/** Where most of the work is; the whole region where nothing is marked as urban. */
function urbanBounds({ areas, bounds: all }: Region): Region["bounds"] {
  const urban = areas.features.filter((area) => area.properties?.kind === "urban");
  return boundsOf(urban.flatMap((area) => cornersOf(area.geometry))) ?? all;
}

const corners = ([west, south, east, north]: Region["bounds"]): [LonLat, LonLat] => [
  [west, south],
  [east, north],
];

function feed(map: MapLibre, motion: Motion): (() => void)[] {
  const places = () => motion.at(performance.now());
  return [
    effect(() => {
      motion.set(units.value, performance.now(), stillness.matches);
      fix.value = fix.peek() + 1;
    }),
    effect(() => show(map, "incidents", incidentFeatures(incidents.value ?? []))),
    effect(() => show(map, "road-reports", roadFeatures(roadReports.value))),
    effect(() => show(map, "road-arrows", arrowFeatures(roadReports.value, pickedRoad.value))),
    effect(() => {
      const open = openRoad.value?.geometry.coordinates as LonLat[][] | undefined;
      const lines = pickedRoad.value?.lines ?? open ?? [];
      const features = lines.map((line) => lineOf(line));
      show(map, "picked-road", { type: "FeatureCollection", features });
    }),
    effect(() => {
      void frame.value;
      void fix.value;
      show(map, "units", unitFeatures(units.value, places()));
    }),
    effect(() => {
      void fix.value;
      const incident = selectedIncident.value;
      const asked = openUnit.value?.id ?? incident?.job?.unit_id;
      const shown: ShownRoute[] = units.value.flatMap((unit) => {
        const legs = routes.value.get(unit.id)?.legs;
        return legs ? [{ unit, legs, selected: unit.id === asked }] : [];
      });
      show(map, "routes", routeFeatures(shown, places()));
    }),
    effect(() => {
      void fix.value;
      const incident = selectedIncident.value;
      const list = incident && !incident.arrived_at ? candidatesOf(incident.id) : null;
      const data = list
        ? candidateFeatures(list.items, incident as never, places(), pointedUnitId.value)
        : NOTHING;
      show(map, "candidates", data);
    }),
    effect(() => {
      const unit = openUnit.value;
      if (unit) void frame.value;
      const place = unit ? places().get(unit.id) : undefined;
      const at = selectedIncident.value?.location;
      const features = at ? [pointAt([at.lon, at.lat])] : [];
      if (place) features.push(pointAt(place));
      show(map, "selection", { type: "FeatureCollection", features });
    }),
    effect(() => {
      const at = pickedPlace.value;
      show(map, "picked", at ? { type: "FeatureCollection", features: [pointAt(at)] } : NOTHING);
    }),
    followRoutes(),
  ];
}

/** Draws frames while units glide: the next one as long after the last as that one took. */
function glide(map: MapLibre, motion: Motion): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    const begun = performance.now();
    if (!motion.moving(begun - FRAME_MS)) {
      timer = setTimeout(next, FRAME_MS);
      return;
    }
    frame.value += 1;
    void map.once("idle").then(() => {
      timer = setTimeout(next, Math.max(FRAME_MS, performance.now() - begun));
    });
  };
  next();
  return () => clearTimeout(timer);
}

/** A line is thin: so near counts as on it. */
const NEAR_PX = 6;
const around = ({ x, y }: { x: number; y: number }): [[number, number], [number, number]] => [
  [x - NEAR_PX, y - NEAR_PX],
  [x + NEAR_PX, y + NEAR_PX],
];

function listen(map: MapLibre): void {
  const what = (event: MapMouseEvent) =>
    map.queryRenderedFeatures(event.point, { layers: ["incidents", "units"] })[0] ??
    map.queryRenderedFeatures(around(event.point), { layers: ["road-reports"] })[0];
  map.on("click", (event) => {
    if (picking.value) {
      pickedPlace.value = [event.lngLat.lng, event.lngLat.lat];
      return;
    }
    const hit = what(event)?.properties;
    if (hit?.incident) selectIncident(Number(hit.incident));
    else if (hit?.unit) openUnitCard(Number(hit.unit));
    else if (hit?.road) openRoadCard(Number(hit.road));
  });
  map.on("mousemove", (event) => {
    const over = picking.value ? "crosshair" : what(event) ? "pointer" : "";
    map.getCanvas().style.cursor = over;
  });
  const box = map.getContainer();
  box.addEventListener("dragover", allowUnit);
  box.addEventListener("drop", (event) => {
    const unitId = droppedUnit(event);
    if (!unitId) return;
    const rect = box.getBoundingClientRect();
    const x = event.clientX - rect.left;
    const y = event.clientY - rect.top;
    const near = map.queryRenderedFeatures(
      [
        [x - 14, y - 8],
        [x + 14, y + 30],
      ],
      { layers: ["incidents"] },
    )[0];
    if (near) void assign(Number(near.properties.incident), unitId);
  });
}

function obeyViewRequests(map: MapLibre, region: Region): () => void {
  let done = viewRequest.peek().n;
  return effect(() => {
    const { n, to, zoom } = viewRequest.value;
    if (n === done) return;
    done = n;
    const duration = stillness.matches ? 0 : 500;
    if (to === "in" || to === "out")
      map.zoomTo(map.getZoom() + (to === "in" ? 1 : -1), { duration });
    else if (to === "region") map.fitBounds(corners(region.bounds), { padding: 24, duration });
    else map.easeTo({ center: to, zoom: Math.max(map.getZoom(), zoom), duration });
  });
}

/** Draws the region into `box`. Returns what takes the map away again. */
export function drawConsoleMap(box: HTMLElement, region: Region): () => void {
  setUpMaps();
  const map = new MapLibre({
    container: box,
    style: makeStyle({
      basemap: region.basemap ?? "",
      layers: CONSOLE_LAYERS,
      palette: paletteOf(theme.peek()),
    }),
    bounds: corners(urbanBounds(region)),
    fitBoundsOptions: { padding: 20 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new AttributionControl({ customAttribution: region.attribution, compact: false }));
  map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-left");
  const motion = new Motion();
  const stops: (() => void)[] = [];
  map.on("load", () => {
    show(map, "areas", region.areas);
    show(map, "centres", centreFeatures(region.centres));
    stops.push(
      effect(() => {
        const palette = paletteOf(theme.value);
        putSymbols(map, palette);
        repaint(map, CONSOLE_LAYERS, palette);
      }),
      ...feed(map, motion),
      obeyViewRequests(map, region),
      glide(map, motion),
    );
    listen(map);
  });
  const seen = () => {
    const box = map.getBounds();
    bounds.value = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  };
  map.on("moveend", seen);
  map.on("load", seen);
  box.dataset.map = "";
  map.on("idle", () => {
    box.dataset.map = "idle";
  });
  return () => {
    for (const stop of stops) stop();
    map.remove();
  };
}
