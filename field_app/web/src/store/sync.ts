/** The list of jobs, kept on the phone; the outbox; and what keeps both in step with the server. */

import { computed, effect, signal } from "@preact/signals";
import type {
  FieldEventKind,
  FieldJob,
  FieldJobs,
  FieldPhoto,
  FieldResult,
  FieldShift,
  LonLat,
  NoPhotoReason,
} from "@roadflare/kit/contract.ts";
import { type Connection, openStream } from "@roadflare/kit/event_stream.ts";
import { timezone } from "@roadflare/kit/format.ts";
import { OfflineError } from "@roadflare/kit/http.ts";
import { forgetPictures } from "@roadflare/kit/picture.ts";
import { serverNow } from "@roadflare/kit/server_clock.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import { isFinal } from "./final.ts";
import { keepFresh } from "./fresh.ts";
import { kept } from "./kept.ts";
import { tellNews, withdrawn } from "./news.ts";
import { adopt, makeOutbox, type Outbox, type Report } from "./outbox.ts";
import { makePhotoBox, type PhotoBox } from "./photo_box.ts";
import { photoShelf } from "./photo_shelf.ts";
import { withReports } from "./progress.ts";
import { callOf, onRefused, renew, session } from "./session.ts";

const isList = (found: unknown): found is FieldJobs =>
  typeof (found as FieldJobs | null)?.unit?.code === "string";
const store = kept(localStorage, "roadflare.field.jobs.v1", isList);

const known = signal<FieldJobs | null>(store.read());
const lastUnit = session.value?.unit_id ?? known.value?.unit.id;
if (lastUnit !== undefined) adopt(localStorage, lastUnit);

/** The own unit's list: whatever another one's says is nobody's business here. */
export const list = computed(() => (isMine(known.value) ? known.value : null));

// Told by the list itself: without a network a phone from elsewhere would tell its own time.
effect(() => {
  if (list.value) timezone.value = list.value.timezone;
});

export const connection = signal<Connection>({ connected: false, heardAt: null });

function isMine(found: FieldJobs | null): found is FieldJobs {
  return found !== null && found.unit.id === session.value?.unit_id;
}

// A caller's name and number do not wait on the phone for who has it next.
effect(() => {
  if (session.value && !isMine(known.value)) forgetList();
});

const outboxes = new Map<number, Outbox>();

function outboxOf(unit: number): Outbox {
  const found = outboxes.get(unit);
  if (found) return found;
  const made = makeOutbox(localStorage, unit, async (events) => {
    const body = { events };
    const answer = await callOf(unit)<{ results: FieldResult[] }>("/field/events", { body });
    return answer.results;
  });
  outboxes.set(unit, made);
  return made;
}

const photoBoxes = new Map<number, PhotoBox>();

function photoBoxOf(unit: number): PhotoBox {
  const found = photoBoxes.get(unit);
  if (found) return found;
  const made = makePhotoBox(photoShelf(), unit, async (photo) => {
    const { client_id, job_id, step, taken_at, picture } = photo;
    const query = new URLSearchParams({ client_id, job_id: String(job_id), step, taken_at });
    const kept = await callOf(unit)<FieldPhoto>(`/field/photos?${query}`, { picture });
    return kept.id;
  });
  photoBoxes.set(unit, made);
  return made;
}

/** What the unit that is logged in has to tell; nobody logged in has anything. */
export const outbox = computed(() => {
  const unit = session.value?.unit_id;
  return unit == null ? null : outboxOf(unit);
});
export const unsent = computed(() => outbox.value?.unsent.value ?? []);

/** The photos of the unit that is logged in, sent and unsent. */
export const photoBox = computed(() => {
  const unit = session.value?.unit_id;
  return unit == null ? null : photoBoxOf(unit);
});
export const unsentPhotos = computed(() => photoBox.value?.unsent.value ?? []);
/** Photos that the list at hand need not show yet. */
export const unlistedPhotos = computed(() => [
  ...unsentPhotos.value,
  ...(photoBox.value?.sent.value ?? []),
]);
/** What people are told is unsent: reports and photos. */
export const nUnsent = computed(() => unsent.value.length + unsentPhotos.value.length);
export const refusals = computed(() => outbox.value?.refusals.value ?? []);

/** The current job as the technician left it, with the steps that its list does not show yet. */
export const current = computed(() => {
  const job = list.value?.current;
  return job ? withReports(job, [...(outbox.value?.told.value ?? []), ...unsent.value]) : null;
});

/** Takes the list that is asked for; null when it is that of who has logged out since. */
async function take(asking: (unit: number) => Promise<FieldJobs>): Promise<FieldJobs | null> {
  const mine = outbox.value;
  if (!mine) return null;
  const told = mine.told.value;
  const found = await asking(mine.unit);
  if (!isMine(found)) return null;
  if (found.unit.state !== known.value?.unit.state) pressed = null;
  const before = current.value;
  const isFirst = list.value === null;
  known.value = found;
  if (!isFirst) tellNews(before, found.current);
  store.write(found);
  mine.listed(told);
  return found;
}

/** Why the server would not give the list; null where it did, or could not be asked. */
export const listFault = signal<unknown>(null);

const QUIET_MS = 20_000;

const fresh = keepFresh(async () => {
  try {
    const found = await take((unit) => callOf(unit)("/field/jobs"));
    listFault.value = null;
    return found?.version ?? null;
  } catch (error) {
    // The kept list stays. Out of reach, the connection mark says how things are.
    listFault.value = error instanceof OfflineError ? null : error;
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
  const mine = outbox.value;
  if (!mine) return;
  const hasReports = mine.unsent.value.length > 0;
  const told = await mine.flush();
  if (mine !== outbox.value) return;
  if (told && hasReports) {
    attempt = 0;
    await refresh();
  }
  // Where a car is matters now; what it looked like can wait for it.
  const sent = told && (await deliverPhotos());
  if (sent || mine !== outbox.value) return;
  retry = setTimeout(() => void deliver(), RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
  attempt += 1;
}

/** True when no photo is left to be sent. */
async function deliverPhotos(): Promise<boolean> {
  const photos = photoBox.value;
  if (!photos) return true;
  const before = photos.sent.value.length;
  const done = await photos.flush();
  if (photos.sent.value.length > before && photos === photoBox.value) {
    attempt = 0;
    await refresh();
  }
  return done;
}

export interface Said {
  reason?: string;
  /** Why there is no photo of what ends with this report. */
  noPhoto?: NoPhotoReason;
}

export function report(kind: FieldEventKind, jobId: number, { reason, noPhoto }: Said = {}): void {
  const event: Report = {
    client_id: uniqueId(),
    at: new Date(serverNow()).toISOString(),
    kind,
    job_id: jobId,
  };
  if (reason) event.reason = reason;
  if (noPhoto) event.no_photo = noPhoto;
  const job = list.value?.current;
  if (job?.job_id === jobId) event.number = job.number;
  outbox.value?.add(event);
  attempt = 0;
  void deliver();
}

/** Keeps a photo on the phone and sends it when there is a network. */
export async function addPhoto(job: FieldJob, step: string, picture: Blob): Promise<void> {
  await photoBox.value?.add({
    client_id: uniqueId(),
    job_id: job.job_id,
    number: job.number,
    step,
    taken_at: new Date(serverNow()).toISOString(),
    picture,
  });
  attempt = 0;
  void deliver();
}

/** A press that may have been heard: its answer was lost. */
let pressed: { unit: number; action: FieldShift["action"]; client_id: string } | null = null;

/**
 * Shifts are not queued: they only make sense at the moment they are pressed. Pressed again after
 * a lost answer it is the same press, until the list shows that the unit has moved on.
 */
export async function shift(action: FieldShift["action"], at: LonLat | null): Promise<void> {
  const unit = session.value?.unit_id;
  if (unit == null) return;
  const again = pressed?.unit === unit && pressed.action === action;
  const press = pressed && again ? pressed : { unit, action, client_id: uniqueId() };
  pressed = press;
  const body: FieldShift = {
    action,
    client_id: press.client_id,
    at: new Date(serverNow()).toISOString(),
  };
  if (at) [body.lon, body.lat] = at;
  try {
    await take((mine) => callOf(mine)("/field/shift", { body }));
    pressed = null;
  } catch (error) {
    if (isFinal(error)) pressed = null;
    throw error;
  }
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
  known.value = null;
  withdrawn.value = null;
  forgetPictures();
  store.write(null);
}
