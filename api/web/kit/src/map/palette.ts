/** The map's colours, by day and by night. */

import type { Theme } from "../theme.ts";

export interface Palette {
  land: string;
  green: string;
  water: string;
  building: string;
  casing: string;
  motorway: string;
  major: string;
  medium: string;
  minor: string;
  roadText: string;
  placeText: string;
  halo: string;
  area: string;
  route: string;
  routeCasing: string;
  selected: string;
  candidate: string;
  text: string;
  breached: string;
  at_risk: string;
  normal: string;
  served: string;
  idle: string;
  rolling: string;
  on_site: string;
  loaded: string;
  paused: string;
  symbolFill: string;
  onColour: string;
}

const DAY: Palette = {
  land: "#e9edeb",
  green: "#d6e5d2",
  water: "#c3dbe9",
  building: "#dcdfdc",
  casing: "#c3cacd",
  motorway: "#f6c177",
  major: "#fbdfa6",
  medium: "#ffffff",
  minor: "#ffffff",
  roadText: "#4b5860",
  placeText: "#27343c",
  halo: "#ffffff",
  area: "#2a6f97",
  route: "#0b63ce",
  routeCasing: "#ffffff",
  selected: "#c2410c",
  candidate: "#50616d",
  text: "#14202a",
  breached: "#c0201f",
  at_risk: "#b06a00",
  normal: "#0a7259",
  served: "#5b6e7a",
  idle: "#3d6478",
  rolling: "#0b63ce",
  on_site: "#6d3fc4",
  loaded: "#a8269b",
  paused: "#70808a",
  symbolFill: "#ffffff",
  onColour: "#ffffff",
};

const NIGHT: Palette = {
  land: "#12181d",
  green: "#16221d",
  water: "#0c2433",
  building: "#1a2228",
  casing: "#0b0f12",
  motorway: "#7a5a2b",
  major: "#5a4a30",
  medium: "#36424b",
  minor: "#283239",
  roadText: "#93a4af",
  placeText: "#c3d0d8",
  halo: "#0d1216",
  area: "#5fa8d3",
  route: "#6cb2ff",
  routeCasing: "#0d1216",
  selected: "#ff7a45",
  candidate: "#9db0bd",
  text: "#e9eff3",
  breached: "#ff6259",
  at_risk: "#ffb52e",
  normal: "#3ec9a7",
  served: "#7f929e",
  idle: "#a9cfe2",
  rolling: "#6cb2ff",
  on_site: "#bd9bff",
  loaded: "#ef8be4",
  paused: "#8b9aa4",
  symbolFill: "#141b21",
  onColour: "#0d1216",
};

export const paletteOf = (theme: Theme): Palette => (theme === "dark" ? NIGHT : DAY);
