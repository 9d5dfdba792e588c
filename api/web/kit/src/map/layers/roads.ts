import type { Layer } from "../layer.ts";
import { ROAD_SORT, roadColour, roadWidth } from "../road_classes.ts";
import { BASEMAP } from "../style.ts";

export const roads: Layer = {
  id: "roads",
  draw: (palette) => ({
    id: "roads",
    type: "line",
    source: BASEMAP,
    "source-layer": "roads",
    layout: { "line-cap": "round", "line-join": "round", "line-sort-key": ROAD_SORT },
    paint: { "line-color": roadColour(palette), "line-width": roadWidth() },
  }),
};
