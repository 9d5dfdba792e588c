import type { Layer } from "../layer.ts";
import { BASEMAP } from "../style.ts";

const GREEN = ["park", "forest", "wood", "grass", "meadow", "nature_reserve", "garden", "cemetery"];

export const green: Layer = {
  id: "green",
  draw: (palette) => ({
    id: "green",
    type: "fill",
    source: BASEMAP,
    "source-layer": "landuse",
    filter: ["in", ["get", "class"], ["literal", GREEN]],
    paint: { "fill-color": palette.green },
  }),
};
