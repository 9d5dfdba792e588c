import type { Layer } from "../layer.ts";

export const pickedPlace: Layer = {
  id: "picked-place",
  draw: (palette) => ({
    id: "picked-place",
    type: "circle",
    source: "picked",
    paint: {
      "circle-radius": 9,
      "circle-color": palette.selected,
      "circle-opacity": 0.25,
      "circle-stroke-color": palette.selected,
      "circle-stroke-width": 3,
    },
  }),
};
