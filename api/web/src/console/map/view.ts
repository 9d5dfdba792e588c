/** The one way the map is moved by the console: when the operator asks for it. */

import { signal } from "@preact/signals";
import type { LonLat } from "@roadflare/kit/contract.ts";
import type { PickedRoad } from "./features.ts";

export interface ViewRequest {
  /** Grows, so that asking twice for one place works twice. */
  n: number;
  to: Aim;
  /** At least so near. */
  zoom: number;
}

export type Aim = LonLat | "region" | "in" | "out";

export const viewRequest = signal<ViewRequest>({ n: 0, to: "region", zoom: 0 });

const STREETS = 13;
/** Where a road of a hundred metres is seen from end to end. */
export const ONE_ROAD = 15;

export function showOnMap(to: Aim, zoom = STREETS): void {
  viewRequest.value = { n: viewRequest.value.n + 1, to, zoom };
}

/** Where the intake form's pin is; the map shows it, and clicks move it while a call is taken. */
export const pickedPlace = signal<LonLat | null>(null);
export const picking = signal(false);
/** The road that a report being made is about. */
export const pickedRoad = signal<PickedRoad | null>(null);
