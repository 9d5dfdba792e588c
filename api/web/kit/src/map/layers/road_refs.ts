import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";
import { MOTORWAYS } from "../road_classes.ts";
import { BASEMAP } from "../style.ts";

export const roadRefs: Layer = {
  id: "road-refs",
  draw: (palette) => ({
    id: "road-refs",
    type: "symbol",
    source: BASEMAP,
    "source-layer": "roads",
    minzoom: 9.5,
    filter: ["all", ["has", "ref"], ["in", ["get", "class"], ["literal", MOTORWAYS]]],
    layout: {
      "symbol-placement": "line",
      "symbol-spacing": 360,
      "text-field": ["get", "ref"],
      "text-font": LABEL_FONT,
      "text-size": 11,
      "text-rotation-alignment": "viewport",
    },
    paint: {
      "text-color": palette.placeText,
      "text-halo-color": palette.motorway,
      "text-halo-width": 3,
    },
  }),
};
