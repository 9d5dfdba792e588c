/** Who is logged in: a token from the address's fragment or from the form, kept for this tab. */

import { signal } from "@preact/signals";
import type { Session } from "@roadflare/kit/contract.ts";
import { caller } from "@roadflare/kit/http.ts";

const STORED = "roadflare.console.token";

function firstToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    // A token in the address would end up in bookmarks and on shared screens.
    history.replaceState(null, "", location.pathname + location.search);
    sessionStorage.setItem(STORED, given);
  }
  return given ?? sessionStorage.getItem(STORED);
}

export const token = signal<string | null>(firstToken());
export const expired = signal(false);

export function logOut(because: "asked" | "refused" = "asked"): void {
  sessionStorage.removeItem(STORED);
  expired.value = because === "refused";
  token.value = null;
}

export const call = caller(
  () => token.value,
  () => {
    if (token.value) logOut("refused");
  },
);

export async function logIn(user: string, secret: string): Promise<void> {
  const session = await call<Session>("/login", { body: { user, secret } });
  sessionStorage.setItem(STORED, session.token);
  expired.value = false;
  token.value = session.token;
}
