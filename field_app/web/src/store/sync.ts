/** The list of jobs, kept on the phone; the outbox; and what keeps both in step with the server. */

import { computed, signal } from "@preact/signals";
import type {
  FieldEvent,
  FieldEventKind,
  FieldJobs,
  FieldResult,
  FieldShift,
} from "@roadflare/kit/contract.ts";
import { type Connection, openStream } from "@roadflare/kit/event_stream.ts";
import { serverNow } from "@roadflare/kit/server_clock.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import { keepFresh } from "./fresh.ts";
import { kept } from "./kept.ts";
import { makeOutbox } from "./outbox.ts";
import { withUnsent } from "./progress.ts";
import { call, onRefused, renew, session } from "./session.ts";

const isList = (found: unknown): found is FieldJobs =>
  typeof (found as FieldJobs | null)?.unit?.code === "string";
const store = kept(localStorage, "roadflare.field.jobs.v1", isList);

export const list = signal<FieldJobs | null>(store.read());
export const connection = signal<Connection>({ connected: false, heardAt: null });

export const outbox = makeOutbox(localStorage, async (events) => {
  const answer = await call<{ results: FieldResult[] }>("/field/events", { body: { events } });
  return answer.results;
});

/** The current job as the technician left it, unsent steps included. */
export const current = computed(() => {
  const job = list.value?.current;
  return job ? withUnsent(job, outbox.unsent.value) : null;
});

function take(fresh: FieldJobs): void {
  list.value = fresh;
  store.write(fresh);
}

const QUIET_MS = 20_000;

const fresh = keepFresh(async () => {
  try {
    const found = await call<FieldJobs>("/field/jobs");
    take(found);
    return found.version;
  } catch {
    // The kept list stays; the connection mark says how things are.
    return null;
  }
}, QUIET_MS);

export const refresh = fresh.refresh;

/** Whoever reports where he is learns which list is in force: no need to ask for it. */
export const toldVersion = fresh.told;

const RETRY_MS = [1000, 3000, 8000, 20_000];
let attempt = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/** Sends what is unsent, then fetches the list; tries again later if that fails. */
export async function deliver(): Promise<void> {
  clearTimeout(retry);
  if (outbox.unsent.value.length === 0) return;
  if (await outbox.flush()) {
    attempt = 0;
    await refresh();
    return;
  }
  retry = setTimeout(() => void deliver(), RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  attempt += 1;
}

export function report(kind: FieldEventKind, jobId: number, reason?: string): void {
  const event: FieldEvent = {
    client_id: uniqueId(),
    at: new Date(serverNow()).toISOString(),
    kind,
    job_id: jobId,
  };
  if (reason) event.reason = reason;
  outbox.add(event);
  attempt = 0;
  void deliver();
}

/** Shifts are not queued: they only make sense at the moment they are pressed. */
export async function shift(action: FieldShift["action"], at?: GeolocationCoordinates) {
  const body: FieldShift = {
    action,
    client_id: uniqueId(),
    at: new Date(serverNow()).toISOString(),
  };
  if (at) Object.assign(body, { lon: at.longitude, lat: at.latitude });
  take(await call<FieldJobs>("/field/shift", { body }));
}

const LOOK_MS = 5000;

/** Listens for news until the returned function is called. */
export function follow(): () => void {
  const stream = openStream({
    url: "/api/v1/field/stream",
    token: () => session.value?.token ?? null,
    renew,
    onEvent: () => void refresh(),
    onReconnect: () => {
      void deliver();
      void refresh();
    },
    onRefused,
  });
  const stop = stream.connection.subscribe((value) => {
    connection.value = value;
  });
  const online = () => void deliver();
  const looking = () => {
    if (document.visibilityState !== "visible") return;
    void deliver();
    void refresh();
  };
  addEventListener("online", online);
  document.addEventListener("visibilitychange", looking);
  const timer = setInterval(fresh.check, LOOK_MS);
  void refresh();
  void deliver();
  return () => {
    stream.close();
    stop();
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", looking);
    clearInterval(timer);
    clearTimeout(retry);
  };
}

/** Nothing of one technician may be left for the next one; unsent reports are the exception. */
export function forgetList(): void {
  list.value = null;
  store.write(null);
}
