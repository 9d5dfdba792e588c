import type { Layer } from "../layer.ts";

/** The owner's own car, or the car a technician drives to. */
export const ownCar: Layer = {
  id: "own-car",
  draw: () => ({
    id: "own-car",
    type: "symbol",
    source: "car",
    layout: { "icon-image": "car", "icon-anchor": "bottom", "icon-allow-overlap": true },
  }),
};
