import type { Layer } from "../layer.ts";
import { BASEMAP } from "../style.ts";

export const waterways: Layer = {
  id: "waterways",
  draw: (palette) => ({
    id: "waterways",
    type: "line",
    source: BASEMAP,
    "source-layer": "waterways",
    paint: {
      "line-color": palette.water,
      "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1, 16, 5],
    },
  }),
};
