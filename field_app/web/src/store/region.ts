/** What the region tells: its map. */

import { signal } from "@preact/signals";
import type { Region } from "@roadflare/kit/contract.ts";
import { patiently } from "@roadflare/kit/patiently.ts";
import { call } from "./session.ts";

const region = signal<Region | null>(null);

/** Asks for the region until it is known, or the returned function is called. */
export function findRegion(): () => void {
  const left = new AbortController();
  const ask = async () => {
    region.value ??= await patiently(() => call<Region>("/region"), left.signal);
  };
  void ask();
  return () => left.abort();
}

/** The region as soon as it is known; null once `until` is aborted. */
export function regionKnown(until: AbortSignal): Promise<Region | null> {
  return new Promise((resolve) => {
    const stop = region.subscribe((found) => {
      if (found) resolve(found);
    });
    until.addEventListener("abort", () => {
      stop();
      resolve(null);
    });
  });
}
