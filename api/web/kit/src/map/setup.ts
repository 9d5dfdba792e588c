/** MapLibre with its worker, the offline basemap's protocol, and nothing from anywhere else. */

import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Protocol } from "pmtiles";

let ready = false;

export function setUpMaps(): void {
  if (ready) return;
  // Since version 6 MapLibre cannot find its worker in a bundle by itself.
  setWorkerUrl(workerUrl);
  addProtocol("pmtiles", new Protocol().tile);
  ready = true;
}
