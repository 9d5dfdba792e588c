import type { Layer } from "../layer.ts";

export const selectionHalo: Layer = {
  id: "selection-halo",
  draw: (palette) => ({
    id: "selection-halo",
    type: "circle",
    source: "selection",
    paint: {
      "circle-radius": 24,
      "circle-color": palette.selected,
      "circle-opacity": 0.16,
      "circle-stroke-color": palette.selected,
      "circle-stroke-width": 2,
    },
  }),
};
