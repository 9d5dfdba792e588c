import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";

export const units: Layer = {
  id: "units",
  draw: (palette) => ({
    id: "units",
    type: "symbol",
    source: "units",
    layout: {
      "icon-image": ["concat", "unit:", ["get", "kind"], ":", ["get", "state"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.75, 14, 1],
      "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", 10.5, ["get", "code"]],
      "text-font": LABEL_FONT,
      "text-size": 11,
      "text-anchor": "top",
      "text-offset": [0, 1.15],
      "text-optional": true,
      "symbol-sort-key": ["match", ["get", "state"], "idle", 1, "paused", 0, 2],
    },
    paint: {
      "text-color": palette.text,
      "text-halo-color": palette.halo,
      "text-halo-width": 1.6,
    },
  }),
};
