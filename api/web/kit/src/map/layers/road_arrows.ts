import type { Layer } from "../layer.ts";

/** Which way is meant, where only one direction of a road is. */
export const roadArrows: Layer = {
  id: "road-arrows",
  draw: () => ({
    id: "road-arrows",
    type: "symbol",
    source: "road-arrows",
    layout: {
      "symbol-placement": "line",
      "symbol-spacing": 45,
      "icon-image": "arrow",
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
    },
  }),
};
