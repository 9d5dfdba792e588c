/** A style from layer files: sources, order and fonts; and its repainting for day and night. */

import type { FeatureCollection } from "geojson";
import type {
  GeoJSONSource,
  Map as MapLibre,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import { labelFonts } from "./label_fonts.ts";
import { type Layer, ordered } from "./layer.ts";
import type { Palette } from "./palette.ts";

export const BASEMAP = "basemap";
export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export interface StyleParts {
  /** URL of the region's `.pmtiles`; empty where there is none. */
  basemap: string;
  layers: readonly Layer[];
  palette: Palette;
}

export function makeStyle({ basemap, layers, palette }: StyleParts): StyleSpecification {
  const drawn = ordered(layers).map((layer) => layer.draw(palette));
  const sources: Record<string, SourceSpecification> = {};
  for (const layer of drawn) {
    if (!("source" in layer) || typeof layer.source !== "string") continue;
    sources[layer.source] ??=
      layer.source === BASEMAP
        ? { type: "vector", url: `pmtiles://${new URL(basemap, location.href).href}` }
        : { type: "geojson", data: NOTHING };
  }
  const usable = basemap ? drawn : drawn.filter((l) => !("source" in l) || l.source !== BASEMAP);
  if (!basemap) delete sources[BASEMAP];
  return { version: 8, "font-faces": labelFonts, sources, layers: usable };
}

export function repaint(map: MapLibre, layers: readonly Layer[], palette: Palette): void {
  for (const layer of layers) {
    if (!map.getLayer(layer.id)) continue;
    const paint = layer.draw(palette).paint ?? {};
    for (const [name, value] of Object.entries(paint)) {
      map.setPaintProperty(layer.id, name as never, value as never);
    }
  }
}

/** Puts data into one of the style's own sources. */
export function show(map: MapLibre, source: string, data: FeatureCollection): void {
  const found = map.getSource<GeoJSONSource>(source);
  if (found) void found.setData(data);
}
