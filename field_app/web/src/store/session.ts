/** Who is logged in on this phone; kept, because a phone is restarted where there is no network. */

import { signal } from "@preact/signals";
import type { Session } from "@roadflare/kit/contract.ts";
import { type Call, caller } from "@roadflare/kit/http.ts";
import { renewal } from "@roadflare/kit/renewal.ts";
import { kept } from "./kept.ts";

/** Only a technician has jobs here; whoever else were let in would find nothing but refusals. */
const isTechnician = ({ role, unit_id }: Partial<Session>) =>
  role === "technician" && unit_id != null;

function isSession(found: unknown): found is Session {
  const one = found as Partial<Session> | null;
  return typeof one?.token === "string" && isTechnician(one);
}
const store = kept<Session>(localStorage, "roadflare.field.session.v1", isSession);

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

const callAs = (mine: () => Session | null): Call =>
  caller({
    token: () => mine()?.token ?? null,
    renew,
    refused() {
      if (mine()) refused.value = true;
    },
  });

export const call = callAs(() => session.value);

export function onRefused(): void {
  if (session.value) refused.value = true;
}

/** The calls of one unit: never with the token of who has logged in since. */
export const callOf = (unit: number): Call =>
  callAs(() => (session.value?.unit_id === unit ? session.value : null));

/** The log-in is right, and not a technician's. */
export class NoTechnician extends Error {
  constructor() {
    super("Only technicians have jobs on this page.");
    this.name = "NoTechnician";
  }
}

export async function logIn(unit: string, pin: string): Promise<void> {
  // Without the token of before, if any: what is refused here is this log-in.
  const open = await caller({ token: () => null })<Session>("/login", {
    body: { user: unit, secret: pin },
  });
  if (!isTechnician(open)) {
    void caller({ token: () => open.token })("/logout", { method: "POST" }).catch(() => {});
    throw new NoTechnician();
  }
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
