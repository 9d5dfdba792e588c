import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";
import { BASEMAP } from "../style.ts";

export const places: Layer = {
  id: "places",
  draw: (palette) => ({
    id: "places",
    type: "symbol",
    source: BASEMAP,
    "source-layer": "places",
    filter: ["has", "name"],
    layout: {
      "text-field": ["get", "name"],
      "text-font": LABEL_FONT,
      "text-size": ["match", ["get", "class"], "city", 17, "town", 15, 12.5],
      "text-max-width": 8,
    },
    paint: {
      "text-color": palette.placeText,
      "text-halo-color": palette.halo,
      "text-halo-width": 1.6,
    },
  }),
};
