/**
 * The server's clock, ticking here.
 *
 * A demo's clock runs faster than the wall's, and a phone's may be wrong: every countdown is
 * computed from what the server said, moved on by this machine's monotonic clock. That one may
 * stand still while the machine sleeps (HR-Time, "performance.now() and suspend"): then its wall
 * clock tells how long.
 */

import { signal } from "@preact/signals";
import type { ServerTime } from "./contract.ts";
import { timely } from "./http.ts";

interface Anchor {
  serverMs: number;
  localMs: number;
  speed: number;
}

/** Clocks of one machine that differ by more have not both run: it slept. */
const SLEPT_MS = 2000;
let sleptMs = 0;
let awake = { wallMs: Date.now(), ranMs: performance.now() };

/** Milliseconds that have passed here, sleep included. A wall clock set back is not believed. */
function local(): number {
  const ranMs = performance.now();
  const wallMs = Date.now();
  const missedMs = wallMs - awake.wallMs - (ranMs - awake.ranMs);
  if (missedMs > SLEPT_MS) sleptMs += missedMs;
  awake = { wallMs, ranMs };
  return ranMs + sleptMs;
}

const STORED = "roadflare.clock";

interface Kept {
  serverMs: number;
  wallMs: number;
  speed: number;
}

/** What the server said last time, in case it cannot be asked now; else this machine's clock. */
function firstAnchor(): Anchor {
  const wall = Date.now();
  try {
    const kept = JSON.parse(localStorage.getItem(STORED) ?? "null") as Kept | null;
    if (kept && kept.speed > 0) {
      const serverMs = kept.serverMs + (wall - kept.wallMs) * kept.speed;
      return { serverMs, localMs: local(), speed: kept.speed };
    }
  } catch {
    // Nothing usable was kept.
  }
  return { serverMs: wall, localMs: local(), speed: 1 };
}

function keep({ serverMs, speed }: Anchor): void {
  try {
    const kept: Kept = { serverMs, wallMs: Date.now(), speed };
    localStorage.setItem(STORED, JSON.stringify(kept));
  } catch {
    // Storage may be forbidden; then the clock is only known while the page is open.
  }
}

let anchor = firstAnchor();

/** Milliseconds since 1970 on the server's clock, changing about once a second. */
export const now = signal(anchor.serverMs);
export const clockSpeed = signal(anchor.speed);

export function serverNow(): number {
  return anchor.serverMs + (local() - anchor.localMs) * anchor.speed;
}

/** Takes what the server said; half of the round trip has passed since. */
export function setClock(time: ServerTime, roundTripMs = 0): void {
  const speed = time.speed > 0 ? time.speed : 1;
  anchor = {
    serverMs: Date.parse(time.now) + (roundTripMs / 2) * speed,
    localMs: local(),
    speed,
  };
  keep(anchor);
  clockSpeed.value = speed;
  now.value = serverNow();
}

export async function syncClock(): Promise<void> {
  const asked = local();
  const told = await timely(async (signal) => {
    const answer = await fetch("/api/v1/clock", { signal });
    return answer.ok ? ((await answer.json()) as ServerTime) : null;
  });
  if (told) setClock(told, local() - asked);
}

/**
 * Ticks, and asks the server again each minute, when the page is looked at again and when the
 * network comes back. Returns what stops it.
 */
export function startClock(): () => void {
  const tick = setInterval(() => {
    now.value = serverNow();
  }, 1000);
  const sync = () => {
    syncClock().catch(() => {
      // Out of reach: the clock runs on from what it knew.
    });
  };
  sync();
  const again = setInterval(sync, 60_000);
  const looking = () => {
    now.value = serverNow();
    if (document.visibilityState === "visible") sync();
  };
  document.addEventListener("visibilitychange", looking);
  addEventListener("online", looking);
  return () => {
    document.removeEventListener("visibilitychange", looking);
    removeEventListener("online", looking);
    clearInterval(tick);
    clearInterval(again);
  };
}
