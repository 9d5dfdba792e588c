import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";

export const centres: Layer = {
  id: "centres",
  draw: (palette) => ({
    id: "centres",
    type: "symbol",
    source: "centres",
    layout: {
      "icon-image": "centre",
      "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", 13, ["get", "name"]],
      "text-font": LABEL_FONT,
      "text-size": 11,
      "text-anchor": "top",
      "text-offset": [0, 0.9],
      "text-optional": true,
    },
    paint: {
      "text-color": palette.placeText,
      "text-halo-color": palette.halo,
      "text-halo-width": 1.5,
    },
  }),
};
