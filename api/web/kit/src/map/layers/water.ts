import type { Layer } from "../layer.ts";
import { BASEMAP } from "../style.ts";

export const water: Layer = {
  id: "water",
  draw: (palette) => ({
    id: "water",
    type: "fill",
    source: BASEMAP,
    "source-layer": "water",
    paint: { "fill-color": palette.water },
  }),
};
