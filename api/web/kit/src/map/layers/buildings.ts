import type { Layer } from "../layer.ts";
import { BASEMAP } from "../style.ts";

export const buildings: Layer = {
  id: "buildings",
  draw: (palette) => ({
    id: "buildings",
    type: "fill",
    source: BASEMAP,
    "source-layer": "buildings",
    minzoom: 14,
    paint: { "fill-color": palette.building },
  }),
};
