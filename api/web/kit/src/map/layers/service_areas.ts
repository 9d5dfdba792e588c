import type { Layer } from "../layer.ts";

export const serviceAreas: Layer = {
  id: "service-areas",
  draw: (palette) => ({
    id: "service-areas",
    type: "fill",
    source: "areas",
    filter: ["==", ["get", "kind"], "urban"],
    paint: { "fill-color": palette.area, "fill-opacity": 0.045 },
  }),
};
