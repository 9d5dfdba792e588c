import { LABEL_FONT } from "../label_fonts.ts";
import type { Layer } from "../layer.ts";

export const incidents: Layer = {
  id: "incidents",
  draw: (palette) => ({
    id: "incidents",
    type: "symbol",
    source: "incidents",
    layout: {
      "icon-image": ["concat", "incident:", ["get", "pin"], ":", ["get", "fault"]],
      "icon-anchor": "bottom",
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.8, 14, 1.05],
      "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", 11, ["get", "label"]],
      "text-font": LABEL_FONT,
      "text-size": 11,
      "text-anchor": "left",
      "text-offset": [1.5, -1.7],
      "text-optional": true,
      "symbol-sort-key": ["get", "order"],
    },
    paint: {
      "text-color": palette.text,
      "text-halo-color": palette.halo,
      "text-halo-width": 1.8,
    },
  }),
};
