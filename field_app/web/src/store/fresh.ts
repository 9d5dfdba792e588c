/**
 * When the list is fetched again: when something is said to have changed, when the server names
 * another version of it than the one at hand, and after a while in which nothing was heard.
 * Never twice at a time: what is asked for meanwhile is one more fetch, afterwards.
 */

export interface Fresh {
  refresh(): Promise<void>;
  /** The server said which version of the list is in force. */
  told(version: number): void;
  /** Fetches when nothing was heard for `quietMs`; to be called now and then. */
  check(): void;
}

/** `fetchNow` returns the version that it got; null when it got none. */
export function keepFresh(
  fetchNow: () => Promise<number | null>,
  quietMs: number,
  now: () => number = Date.now,
): Fresh {
  let version: number | null = null;
  let heardAt = Number.NEGATIVE_INFINITY;
  let wanted = false;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (wanted) {
      wanted = false;
      // Without an answer, whatever is in force is another version than the one that was wanted.
      version = await fetchNow();
      if (version !== null) heardAt = now();
    }
  }

  function refresh(): Promise<void> {
    wanted = true;
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }

  return {
    refresh,
    told(inForce) {
      heardAt = now();
      if (inForce !== version) void refresh();
    },
    check() {
      if (now() - heardAt >= quietMs) void refresh();
    },
  };
}
