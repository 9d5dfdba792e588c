import type { Layer } from "../layer.ts";

export const routes: Layer = {
  id: "routes",
  draw: (palette) => ({
    id: "routes",
    type: "line",
    source: "routes",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": [
        "case",
        ["==", ["get", "selected"], true],
        palette.selected,
        ["==", ["get", "loaded"], true],
        palette.loaded,
        palette.route,
      ],
      "line-width": ["case", ["==", ["get", "selected"], true], 5, 2.5],
      "line-opacity": ["case", ["==", ["get", "planned"], true], 0.45, 0.9],
    },
  }),
};
