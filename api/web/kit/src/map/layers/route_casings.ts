import type { Layer } from "../layer.ts";

export const routeCasings: Layer = {
  id: "route-casings",
  draw: (palette) => ({
    id: "route-casings",
    type: "line",
    source: "routes",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": palette.routeCasing,
      "line-width": ["case", ["==", ["get", "selected"], true], 9, 5],
      "line-opacity": 0.85,
    },
  }),
};
