import type { Layer } from "../layer.ts";

export const serviceAreas: Layer = {
  id: "service-areas",
  draw: (palette) => ({
    id: "service-areas",
    type: "fill",
    source: "areas",
    paint: { "fill-color": palette.area, "fill-opacity": 0.045 },
  }),
};
