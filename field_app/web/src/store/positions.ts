/** Where the phone is, sent in batches while the shift lasts. */

import { computed, effect, signal } from "@preact/signals";
import type { FieldPosition } from "@roadflare/kit/contract.ts";
import { serverNow } from "@roadflare/kit/server_clock.ts";
import { callOf, session } from "./session.ts";
import { list, toldVersion } from "./sync.ts";
import { makeTrail, WORST_ACCURACY_M } from "./trail.ts";

export interface Here {
  lon: number;
  lat: number;
  /** When the phone said so, by its own clock. */
  takenMs: number;
}

/** The last known place; it may be an old one, see `hereNow`. */
export const here = signal<Here | null>(null);

export type PlaceFault = "denied" | "unknown";
/** Why the phone does not say where it is, while it should. */
export const placeFault = signal<PlaceFault | null>(null);

const FRESH_MS = 120_000;

/** Where the phone is; null where that is not known any more. */
export function hereNow(): Here | null {
  const place = here.value;
  return place && Date.now() - place.takenMs < FRESH_MS ? place : null;
}

const SEND_MS = 5000;

/** A watch tells of movement: a phone that stands still is asked where it is after so long. */
const STILL_MS = 60_000;

const trail = makeTrail(async (unit, positions) => {
  const body = { positions };
  const { version } = await callOf(unit)<{ version: number }>("/field/positions", { body });
  if (session.value?.unit_id === unit) toldVersion(version);
});

function take({ coords }: GeolocationPosition): void {
  const { longitude: lon, latitude: lat } = coords;
  placeFault.value = coords.accuracy > WORST_ACCURACY_M ? "unknown" : null;
  if (placeFault.value) return;
  here.value = { lon, lat, takenMs: Date.now() };
  const fix: FieldPosition = {
    at: new Date(serverNow()).toISOString(),
    lon,
    lat,
    accuracy_m: coords.accuracy,
  };
  if (coords.speed !== null && coords.speed >= 0) fix.speed_kph = coords.speed * 3.6;
  if (coords.heading !== null && coords.heading >= 0) fix.heading_deg = coords.heading;
  if (list.value) trail.add(list.value.unit.id, fix);
}

function fail({ code, PERMISSION_DENIED }: GeolocationPositionError): void {
  placeFault.value = code === PERMISSION_DENIED ? "denied" : "unknown";
}

/** Watches the phone's position until `end`; again and again if need be. */
function watcher() {
  let watch: number | null = null;
  let heardMs = 0;
  const heard: PositionCallback = (found) => {
    heardMs = Date.now();
    take(found);
  };
  // Withheld where the page does not come over https.
  const geolocation = navigator.geolocation as Geolocation | undefined;
  const end = () => {
    if (watch !== null) geolocation?.clearWatch(watch);
    watch = null;
    placeFault.value = null;
  };
  const begin = () => {
    if (!geolocation) placeFault.value = "denied";
    heardMs = Date.now();
    watch ??=
      geolocation?.watchPosition(heard, fail, { enableHighAccuracy: true, maximumAge: 5000 }) ??
      null;
  };
  const askIfStill = () => {
    if (watch === null || Date.now() - heardMs < STILL_MS) return;
    heardMs = Date.now();
    geolocation?.getCurrentPosition(heard, fail, { enableHighAccuracy: true, timeout: STILL_MS });
  };
  return { begin, end, askIfStill };
}

/** Watches the phone's position while on shift, until the returned function is called. */
export function followPosition(): () => void {
  const { begin, end, askIfStill } = watcher();
  const onShift = computed(() => list.value !== null && list.value.unit.state !== "off_shift");
  const stop = effect(() => (onShift.value ? begin() : end()));
  // A watch that was denied stays silent, also after the technician has been to the settings.
  const looking = () => {
    if (document.visibilityState !== "visible" || placeFault.value !== "denied") return;
    end();
    if (onShift.value) begin();
  };
  document.addEventListener("visibilitychange", looking);
  const timer = setInterval(() => {
    askIfStill();
    const unit = session.value?.unit_id;
    if (unit != null) void trail.send(unit);
  }, SEND_MS);
  return () => {
    stop();
    end();
    document.removeEventListener("visibilitychange", looking);
    clearInterval(timer);
  };
}
