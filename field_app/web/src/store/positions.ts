/** Where the phone is, sent in batches while the shift lasts. */

import { effect, signal } from "@preact/signals";
import type { FieldPosition } from "@roadflare/kit/contract.ts";
import { serverNow } from "@roadflare/kit/server_clock.ts";
import { callOf, session } from "./session.ts";
import { list, toldVersion } from "./sync.ts";
import { makeTrail } from "./trail.ts";

export const here = signal<GeolocationCoordinates | null>(null);

const SEND_MS = 5000;

const trail = makeTrail(async (unit, positions) => {
  const body = { positions };
  const { version } = await callOf(unit)<{ version: number }>("/field/positions", { body });
  if (session.value?.unit_id === unit) toldVersion(version);
});

function take({ coords }: GeolocationPosition): void {
  here.value = coords;
  const fix: FieldPosition = {
    at: new Date(serverNow()).toISOString(),
    lon: coords.longitude,
    lat: coords.latitude,
    accuracy_m: Math.min(coords.accuracy, 1e6),
  };
  if (coords.speed !== null && coords.speed >= 0) fix.speed_kph = coords.speed * 3.6;
  if (coords.heading !== null && coords.heading >= 0) fix.heading_deg = coords.heading;
  if (list.value) trail.add(list.value.unit.id, fix);
}

/** Watches the phone's position while on shift, until the returned function is called. */
export function followPosition(): () => void {
  let watch: number | null = null;
  const end = () => {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
  };
  const stop = effect(() => {
    const onShift = list.value !== null && list.value.unit.state !== "off_shift";
    if (!onShift) end();
    else {
      watch ??= navigator.geolocation.watchPosition(take, () => {}, {
        enableHighAccuracy: true,
        maximumAge: 5000,
      });
    }
  });
  const timer = setInterval(() => {
    const unit = session.value?.unit_id;
    if (unit != null) void trail.send(unit);
  }, SEND_MS);
  return () => {
    stop();
    end();
    clearInterval(timer);
  };
}
