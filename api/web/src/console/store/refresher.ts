/**
 * Fetches again when told to, `spacingMs` later and at most once at a time. While much happens, a
 * fetch begins no sooner than `apartMs` after the last one began: what comes seldom is shown at
 * once, what comes often at a steady pace.
 */

export interface Refresher {
  /** Something changed: fetch soon. Many calls make one fetch. */
  poke(): void;
  stop(): void;
}

export function refresher(
  fetchNow: () => Promise<unknown>,
  spacingMs: number,
  apartMs = spacingMs,
): Refresher {
  let wanted = false;
  let busy = false;
  let stopped = false;
  let beganAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function run(): Promise<void> {
    timer = undefined;
    if (stopped) return;
    wanted = false;
    busy = true;
    beganAt = performance.now();
    try {
      await fetchNow();
    } finally {
      busy = false;
      if (wanted) schedule();
    }
  }

  function schedule(): void {
    const waitMs = Math.max(spacingMs, beganAt + apartMs - performance.now());
    timer ??= setTimeout(() => void run(), waitMs);
  }

  return {
    poke() {
      wanted = true;
      if (!busy) schedule();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
