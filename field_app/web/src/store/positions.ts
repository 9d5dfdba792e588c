/** Where the phone is, sent in batches while the shift lasts. */

import { effect, signal } from "@preact/signals";
import type { FieldPosition } from "@roadflare/kit/contract.ts";
import { serverNow } from "@roadflare/kit/server_clock.ts";
import { call } from "./session.ts";
import { list, toldVersion } from "./sync.ts";

export const here = signal<GeolocationCoordinates | null>(null);

const SEND_MS = 5000;
/** Two hours at one fix in ten seconds: a long tunnel and a bad network. */
const KEPT = 720;
const BATCH = 200;

let fixes: FieldPosition[] = [];
let sending = false;

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
  fixes = [...fixes, fix].slice(-KEPT);
}

async function send(): Promise<void> {
  if (sending || fixes.length === 0) return;
  sending = true;
  const batch = fixes.slice(0, BATCH);
  try {
    const body = { positions: batch };
    const { version } = await call<{ version: number }>("/field/positions", { body });
    fixes = fixes.filter((fix) => !batch.includes(fix));
    toldVersion(version);
  } catch {
    // Kept; the newest ones count most, the oldest fall out first.
  } finally {
    sending = false;
  }
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
  const timer = setInterval(() => void send(), SEND_MS);
  return () => {
    stop();
    end();
    clearInterval(timer);
  };
}
