import type { Layer } from "../layer.ts";

export const candidateLines: Layer = {
  id: "candidate-lines",
  draw: (palette) => ({
    id: "candidate-lines",
    type: "line",
    source: "candidates",
    layout: { "line-cap": "round" },
    paint: {
      "line-color": ["case", ["get", "chosen"], palette.selected, palette.candidate],
      "line-width": ["case", ["get", "pointed"], 3.5, 1.6],
      "line-dasharray": [1.5, 2],
      "line-opacity": ["case", ["get", "pointed"], 1, 0.75],
    },
  }),
};
