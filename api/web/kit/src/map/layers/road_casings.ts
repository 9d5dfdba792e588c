import type { Layer } from "../layer.ts";
import { ROAD_SORT, roadWidth } from "../road_classes.ts";
import { BASEMAP } from "../style.ts";

export const roadCasings: Layer = {
  id: "road-casings",
  draw: (palette) => ({
    id: "road-casings",
    type: "line",
    source: BASEMAP,
    "source-layer": "roads",
    minzoom: 11,
    layout: { "line-cap": "round", "line-join": "round", "line-sort-key": ROAD_SORT },
    paint: { "line-color": palette.casing, "line-width": roadWidth(1.6) },
  }),
};
