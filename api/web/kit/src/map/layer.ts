/** What a layer file exports, and the one list that says which lies above which. */

import type { LayerSpecification } from "maplibre-gl";
import type { Palette } from "./palette.ts";

/** From the ground up. A layer that is not in this list cannot be drawn. */
export const LAYER_ORDER = [
  "land",
  "green",
  "water",
  "waterways",
  "buildings",
  "service-areas",
  "road-casings",
  "roads",
  "service-area-outlines",
  "route-casings",
  "routes",
  "picked-road",
  "road-reports",
  "road-arrows",
  "candidate-lines",
  "road-names",
  "road-refs",
  "places",
  "centres",
  "picked-place",
  "selection-halo",
  "destination",
  "own-car",
  "units",
  "incidents",
] as const;

export type LayerId = (typeof LAYER_ORDER)[number];

export interface Layer {
  id: LayerId;
  draw(palette: Palette): LayerSpecification;
}

/** Layers in drawing order. Throws for a layer that the list does not name, or names twice. */
export function ordered(layers: readonly Layer[]): Layer[] {
  const seen = new Set<string>();
  for (const { id } of layers) {
    if (!LAYER_ORDER.includes(id)) {
      throw new Error(`Map layer "${id}" is not declared. Remedy: give it a place in LAYER_ORDER.`);
    }
    if (seen.has(id))
      throw new Error(`Map layer "${id}" is drawn twice. Remedy: keep one of them.`);
    seen.add(id);
  }
  return [...layers].sort((a, b) => LAYER_ORDER.indexOf(a.id) - LAYER_ORDER.indexOf(b.id));
}
