/** Fetches again when told to, at most once at a time and not more often than `spacingMs`. */

export interface Refresher {
  /** Something changed: fetch soon. Many calls make one fetch. */
  poke(): void;
  stop(): void;
}

export function refresher(fetchNow: () => Promise<void>, spacingMs: number): Refresher {
  let wanted = false;
  let busy = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function run(): Promise<void> {
    timer = undefined;
    if (stopped) return;
    wanted = false;
    busy = true;
    try {
      await fetchNow();
    } finally {
      busy = false;
      if (wanted) schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => void run(), spacingMs);
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
