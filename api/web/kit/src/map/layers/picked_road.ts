import type { Layer } from "../layer.ts";

/** What is about to be reported, or the report that is open: a band under its line. */
export const pickedRoad: Layer = {
  id: "picked-road",
  draw: (palette) => ({
    id: "picked-road",
    type: "line",
    source: "picked-road",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": palette.selected,
      "line-width": ["interpolate", ["linear"], ["zoom"], 11, 10, 16, 18],
      "line-opacity": 0.55,
    },
  }),
};
