import type { Layer } from "../layer.ts";

/** Above the routes: why one of them makes a detour. */
export const roadReports: Layer = {
  id: "road-reports",
  draw: (palette) => ({
    id: "road-reports",
    type: "line",
    source: "road-reports",
    layout: { "line-cap": "butt", "line-join": "round" },
    paint: {
      "line-color": ["case", ["get", "closed"], palette.breached, palette.at_risk],
      "line-width": ["case", ["get", "closed"], 6, 4],
      "line-dasharray": [1, 0.6],
      "line-opacity": 0.9,
    },
  }),
};
