import type { Layer } from "../layer.ts";

export const serviceAreaOutlines: Layer = {
  id: "service-area-outlines",
  draw: (palette) => ({
    id: "service-area-outlines",
    type: "line",
    source: "areas",
    filter: ["==", ["get", "kind"], "urban"],
    paint: {
      "line-color": palette.area,
      "line-width": 1.5,
      "line-opacity": 0.7,
      "line-dasharray": [4, 3],
    },
  }),
};
