/**
 * Symbols drawn on canvases: a unit's outline says its state and its glyph its kind; a pin's
 * outline says the risk and its glyph the fault. Colour repeats what the shape says.
 */

import type { Map as MapLibre } from "maplibre-gl";
import type { Fault, UnitKind } from "../contract.ts";
import { FAULT_PATHS, UNIT_PATHS } from "../icons.tsx";
import type { Palette } from "./palette.ts";

const RATIO = 2;
export const UNIT_STATES = ["idle", "rolling", "on_site", "loaded", "paused"] as const;
export const PINS = ["breached", "at_risk", "normal", "served"] as const;
type ShownState = (typeof UNIT_STATES)[number];
export type Pin = (typeof PINS)[number];

function canvas(width: number, height: number): CanvasRenderingContext2D {
  const element = document.createElement("canvas");
  element.width = width * RATIO;
  element.height = height * RATIO;
  const context = element.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser draws no canvas. Remedy: use a current browser.");
  context.scale(RATIO, RATIO);
  return context;
}

function polygon(corners: number, x: number, y: number, radius: number, turn: number): Path2D {
  const path = new Path2D();
  for (let i = 0; i < corners; i++) {
    const angle = turn + (i / corners) * 2 * Math.PI;
    path.lineTo(x + radius * Math.sin(angle), y - radius * Math.cos(angle));
  }
  path.closePath();
  return path;
}

function circle(x: number, y: number, radius: number): Path2D {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  return path;
}

function square(x: number, y: number, half: number): Path2D {
  const path = new Path2D();
  path.roundRect(x - half, y - half, half * 2, half * 2, 3.5);
  return path;
}

function glyph(on: CanvasRenderingContext2D, path: string, x: number, y: number, size: number) {
  on.save();
  on.translate(x - size / 2, y - size / 2);
  on.scale(size / 24, size / 24);
  on.lineWidth = 2.4;
  on.lineCap = "round";
  on.lineJoin = "round";
  on.stroke(new Path2D(path));
  on.restore();
}

const outline: Record<ShownState, () => Path2D> = {
  idle: () => circle(17, 17, 12.5),
  paused: () => circle(17, 17, 12.5),
  rolling: () => polygon(4, 17, 17, 16, 0),
  on_site: () => square(17, 17, 12),
  loaded: () => polygon(6, 17, 17, 15, 0),
};

function unitSymbol(kind: UnitKind, state: ShownState, palette: Palette): ImageData {
  const on = canvas(34, 34);
  const shape = outline[state]();
  const hollow = state === "idle" || state === "paused";
  on.lineJoin = "round";
  on.lineWidth = 4;
  on.strokeStyle = palette.halo;
  on.stroke(shape);
  on.fillStyle = hollow ? palette.symbolFill : palette[state];
  on.fill(shape);
  on.lineWidth = 2;
  if (state === "paused") on.setLineDash([4, 3]);
  on.strokeStyle = hollow ? palette[state] : palette.onColour;
  on.stroke(shape);
  on.setLineDash([]);
  on.strokeStyle = hollow ? palette[state] : palette.onColour;
  glyph(on, UNIT_PATHS[kind], 17, 17, state === "rolling" ? 14 : 15);
  return on.getImageData(0, 0, 34 * RATIO, 34 * RATIO);
}

const head: Record<Pin, () => Path2D> = {
  breached: () => polygon(8, 18, 17, 15, Math.PI / 8),
  at_risk: () => polygon(3, 18, 19, 18, 0),
  normal: () => circle(18, 17, 13),
  served: () => square(18, 18, 10.5),
};

function incidentSymbol(pin: Pin, fault: Fault, palette: Palette): ImageData {
  const on = canvas(36, 42);
  const tail = new Path2D("M12 27L18 41L24 27Z");
  const shape = head[pin]();
  on.lineJoin = "round";
  on.lineWidth = 4;
  on.strokeStyle = palette.halo;
  on.stroke(tail);
  on.stroke(shape);
  on.fillStyle = palette[pin];
  on.fill(tail);
  on.fill(shape);
  on.strokeStyle = palette.onColour;
  glyph(on, FAULT_PATHS[fault], 18, pin === "at_risk" ? 21 : 17.5, pin === "at_risk" ? 13 : 16);
  return on.getImageData(0, 0, 36 * RATIO, 42 * RATIO);
}

function centreSymbol(palette: Palette): ImageData {
  const on = canvas(20, 20);
  const shape = square(10, 10, 8);
  on.fillStyle = palette.symbolFill;
  on.fill(shape);
  on.lineWidth = 1.6;
  on.strokeStyle = palette.placeText;
  on.stroke(shape);
  glyph(on, UNIT_PATHS.repair, 10, 10, 12);
  return on.getImageData(0, 0, 20 * RATIO, 20 * RATIO);
}

function carSymbol(palette: Palette): ImageData {
  const on = canvas(36, 42);
  const tail = new Path2D("M12 27L18 41L24 27Z");
  const shape = circle(18, 17, 14);
  on.fillStyle = palette.selected;
  on.fill(tail);
  on.fill(shape);
  on.strokeStyle = palette.onColour;
  glyph(
    on,
    "M4 16v-4l2.2-5.2A2 2 0 0 1 8 5.5h8a2 2 0 0 1 1.8 1.3L20 12v4M3 16h18v2.5H3zM4.5 12h15",
    18,
    17,
    18,
  );
  return on.getImageData(0, 0, 36 * RATIO, 42 * RATIO);
}

/** Points east: along a line, the way that the line runs. */
function arrowSymbol(palette: Palette): ImageData {
  const on = canvas(16, 16);
  const shape = new Path2D("M3.5 2.5L13.5 8L3.5 13.5L6 8Z");
  on.lineJoin = "round";
  on.lineWidth = 3;
  on.strokeStyle = palette.halo;
  on.stroke(shape);
  on.fillStyle = palette.text;
  on.fill(shape);
  return on.getImageData(0, 0, 16 * RATIO, 16 * RATIO);
}

function put(map: MapLibre, name: string, image: ImageData): void {
  if (map.hasImage(name)) map.updateImage(name, image);
  else map.addImage(name, image, { pixelRatio: RATIO });
}

/** Draws all symbols in the palette's colours; called again when the theme changes. */
export function putSymbols(map: MapLibre, palette: Palette): void {
  for (const kind of Object.keys(UNIT_PATHS) as UnitKind[]) {
    for (const state of UNIT_STATES) {
      put(map, `unit:${kind}:${state}`, unitSymbol(kind, state, palette));
    }
  }
  for (const fault of Object.keys(FAULT_PATHS) as Fault[]) {
    for (const pin of PINS)
      put(map, `incident:${pin}:${fault}`, incidentSymbol(pin, fault, palette));
  }
  put(map, "centre", centreSymbol(palette));
  put(map, "car", carSymbol(palette));
  put(map, "arrow", arrowSymbol(palette));
}
