/** Who is logged in: a token from the address's fragment or from the form, kept for this tab. */

import { signal } from "@preact/signals";
import type { Session } from "@roadflare/kit/contract.ts";
import { caller } from "@roadflare/kit/http.ts";
import { type Pair, renewal } from "@roadflare/kit/renewal.ts";

const STORED = "roadflare.console.session.v1";

function stored(): Pair | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(STORED) ?? "null") as Pair | null;
    return typeof found?.token === "string" ? found : null;
  } catch {
    return null;
  }
}

function keep(pair: Pair): void {
  const { token, refresh_token, refresh_key } = pair;
  sessionStorage.setItem(STORED, JSON.stringify({ token, refresh_token, refresh_key }));
}

function firstToken(): string | null {
  const named = new URLSearchParams(location.hash.slice(1));
  const given = named.get("token");
  if (given) {
    // A token in the address would end up in bookmarks and on shared screens.
    named.delete("token");
    const rest = named.size > 0 ? `#${named}` : "";
    history.replaceState(null, "", location.pathname + location.search + rest);
    keep({ token: given });
  }
  return given ?? stored()?.token ?? null;
}

export const token = signal<string | null>(firstToken());
export const expired = signal(false);

export function logOut(because: "asked" | "refused" = "asked"): void {
  if (because === "asked") void call("/logout", { method: "POST" }).catch(() => {});
  sessionStorage.removeItem(STORED);
  expired.value = because === "refused";
  token.value = null;
}

export const renew = renewal<Pair>({
  name: "console",
  read: stored,
  write(pair) {
    keep(pair);
    token.value = pair.token;
  },
});

export const call = caller({
  token: () => token.value,
  renew,
  refused() {
    if (token.value) logOut("refused");
  },
});

export async function logIn(user: string, secret: string): Promise<void> {
  const session = await call<Session>("/login", { body: { user, secret } });
  keep(session);
  expired.value = false;
  token.value = session.token;
}
