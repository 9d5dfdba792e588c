import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";
import { ROAD_SORT } from "../road_classes.ts";
import { BASEMAP } from "../style.ts";

export const roadNames: Layer = {
  id: "road-names",
  draw: (palette) => ({
    id: "road-names",
    type: "symbol",
    source: BASEMAP,
    "source-layer": "roads",
    minzoom: 12.5,
    filter: ["has", "name"],
    layout: {
      "symbol-placement": "line",
      "symbol-spacing": 320,
      "symbol-sort-key": ["-", 5, ROAD_SORT],
      "text-field": ["get", "name"],
      "text-font": LABEL_FONT,
      "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10, 16, 13],
      "text-max-angle": 35,
    },
    paint: {
      "text-color": palette.roadText,
      "text-halo-color": palette.halo,
      "text-halo-width": 1.4,
    },
  }),
};
