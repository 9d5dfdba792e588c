import type { Layer } from "../layer.ts";

export const land: Layer = {
  id: "land",
  draw: (palette) => ({
    id: "land",
    type: "background",
    paint: { "background-color": palette.land },
  }),
};
