/**
 * The next pair of tokens for a session whose access token has ended.
 *
 * A refresh token is used once, so only one exchange may run at a time: of this page, and, where the
 * browser has locks, of all its pages. Whoever waited finds what the other one has brought.
 *
 * An answer may be lost on the way, in a tunnel for hours: the exchange has a key that is kept until
 * it has succeeded, and the same key is answered with the same pair.
 */

import type { Session } from "./contract.ts";
import { timely } from "./http.ts";
import { uniqueId } from "./unique.ts";

export interface Pair {
  token: string;
  refresh_token?: string;
  /** Key of an exchange that was begun and not answered. */
  refresh_key?: string | undefined;
}

export interface Keeper<P extends Pair> {
  /** Names what is shared: pages of one browser that share a session share the name. */
  name: string;
  read: () => P | null;
  write: (pair: P) => void;
}

/**
 * What became of it: there is another token than the one refused; the session has ended; or nobody
 * could say (no network, an outage, too many requests), and asking again later may bring a token.
 */
export type Renewed = "renewed" | "refused" | "unreachable";

/** Makes the `renew` of one session. */
export function renewal<P extends Pair>(keeper: Keeper<P>): (refused: string) => Promise<Renewed> {
  let running: Promise<Renewed> | null = null;

  async function exchange(refused: string): Promise<Renewed> {
    const pair = keeper.read();
    if (pair && pair.token !== refused) {
      keeper.write(pair); // another page was here first
      return "renewed";
    }
    if (!pair?.refresh_token) return "refused";
    const key = pair.refresh_key ?? uniqueId();
    keeper.write({ ...pair, refresh_key: key });
    try {
      const { status, session } = await ask(pair.refresh_token, key);
      if (status === 401 || status === 403) return "refused";
      if (!session) return "unreachable";
      if (keeper.read()?.refresh_token !== pair.refresh_token) return "refused"; // logged out since
      keeper.write({ ...pair, ...session, refresh_key: undefined });
      return "renewed";
    } catch {
      // Out of reach: the old pair is kept, and asked with again later, by the same key.
      return "unreachable";
    }
  }

  return function renew(refused) {
    running ??= locked(`roadflare.${keeper.name}`, () => exchange(refused)).finally(() => {
      running = null;
    });
    return running;
  };
}

function ask(refreshToken: string, key: string) {
  return timely(async (signal) => {
    const answer = await fetch("/api/v1/refresh", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ refresh_token: refreshToken }),
      signal,
    });
    const session = answer.ok ? ((await answer.json()) as Session) : null;
    return { status: answer.status, session };
  });
}

function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  return locks ? (locks.request(name, work) as Promise<T>) : work();
}
