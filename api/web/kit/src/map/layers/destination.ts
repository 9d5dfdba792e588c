import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";

/** Where a car is taken to. */
export const destination: Layer = {
  id: "destination",
  draw: (palette) => ({
    id: "destination",
    type: "symbol",
    source: "destination",
    layout: {
      "icon-image": "centre",
      "icon-size": 1.3,
      "icon-allow-overlap": true,
      "text-field": ["get", "name"],
      "text-font": LABEL_FONT,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 1.1],
      "text-optional": true,
    },
    paint: {
      "text-color": palette.placeText,
      "text-halo-color": palette.halo,
      "text-halo-width": 1.6,
    },
  }),
};
