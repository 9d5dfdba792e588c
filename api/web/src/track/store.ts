/** The request behind the link, kept fresh: told by events, and asked again while help drives. */

import { signal } from "@preact/signals";
import type { Track } from "@roadflare/kit/contract.ts";
import { type Connection, openStream } from "@roadflare/kit/event_stream.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { caller, ProblemError } from "@roadflare/kit/http.ts";

/** `/t/{key}`; the key is the whole permission. */
const key = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const base = `/track/${encodeURIComponent(key)}`;
const call = caller({ token: () => null });

export const track = signal<Track | null>(null);
export const gone = signal(false);
/** Whether the last try to read it failed: a page with nothing to show says so. */
export const unreached = signal(false);
export const connection = signal<Connection>({ connected: false, heardAt: null });

const DRIVING_MS = 4000;
const RESTING_MS = 20_000;

export async function refresh(): Promise<void> {
  try {
    const fresh = await call<Track>(base);
    timezone.value = fresh.timezone; // the car's clock, not that of whoever looks
    track.value = fresh;
    unreached.value = false;
    connection.value = { connected: true, heardAt: Date.now() };
  } catch (error) {
    if (error instanceof ProblemError && [401, 403, 404, 410].includes(error.status)) {
      gone.value = true;
      return;
    }
    unreached.value = true;
    connection.value = { connected: false, heardAt: connection.value.heardAt };
  }
}

export function follow(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = async () => {
    clearTimeout(timer);
    await refresh();
    if (gone.value) return stream.close();
    const soon = track.value === null || track.value.unit?.lon;
    const wait = soon ? DRIVING_MS : RESTING_MS;
    timer = setTimeout(() => void again(), wait);
  };
  const stream = openStream({
    url: `/api/v1${base}/events`,
    onEvent: () => void again(),
    onReconnect: () => void again(),
    onRefused: () => void again(),
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void again();
  });
  void again();
}

export async function cancel(reason: string): Promise<void> {
  await call(`${base}/cancel`, { body: { reason } });
  await refresh();
}

export const photoPath = (id: number) => `/api/v1${base}/photos/${id}`;

/** A repeat carries the same `clientId`: it is kept once. */
export async function sendPhoto(clientId: string, picture: Blob): Promise<void> {
  await call(`${base}/photos?client_id=${clientId}`, { picture });
}

export async function rate(stars: number, text: string): Promise<void> {
  await call(`${base}/rating`, { body: { stars, text } });
  await refresh();
}
