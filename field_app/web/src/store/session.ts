/** Who is logged in on this phone; kept, because a phone is restarted where there is no network. */

import { signal } from "@preact/signals";
import type { Session } from "@roadflare/kit/contract.ts";
import { caller } from "@roadflare/kit/http.ts";
import { renewal } from "@roadflare/kit/renewal.ts";
import { kept } from "./kept.ts";

const isSession = (found: unknown): found is Session =>
  typeof (found as Session | null)?.token === "string";
const store = kept(localStorage, "roadflare.field.session.v1", isSession);

export const session = signal<Session | null>(store.read());
/** The token was refused; the list stays on screen until somebody logs in again. */
export const refused = signal(false);

export const renew = renewal<Session>({
  name: "field",
  read: store.read,
  write(pair) {
    store.write(pair);
    session.value = pair;
    refused.value = false;
  },
});

export function onRefused(): void {
  if (session.value) refused.value = true;
}

export const call = caller({
  token: () => session.value?.token ?? null,
  renew,
  refused: onRefused,
});

export async function logIn(unit: string, pin: string): Promise<void> {
  const open = await call<Session>("/login", { body: { user: unit, secret: pin } });
  store.write(open);
  session.value = open;
  refused.value = false;
}

export function logOut(): void {
  void call("/logout", { method: "POST" }).catch(() => {});
  store.write(null);
  session.value = null;
  refused.value = false;
}
