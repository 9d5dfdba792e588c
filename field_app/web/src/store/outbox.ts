/**
 * The queue of what one unit has done and not yet told.
 *
 * An entry is written to the phone before anything is sent, and leaves only when the server has
 * answered for it by its `client_id`. One flush runs at a time; a repeat after a lost answer
 * carries the same `client_id`, so that it counts once. Each unit has a queue of its own: a phone
 * goes from hand to hand, and what one unit did is never told as another's.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { Bilingual, FieldEvent, FieldResult } from "@roadflare/kit/contract.ts";
import { isFinal } from "./final.ts";
import { keptList, type Shelf } from "./kept.ts";

/** What was done; `number` is the job's, for people: it is not sent. */
export type Report = FieldEvent & { number?: string };

export interface Refusal {
  event: Report;
  /** Why: the code of the result or of the problem; `rejected` where the server gave none. */
  code: string;
  /** What the server said of it, if it did so for people. */
  text: Bilingual | null;
}

export interface Outbox {
  unit: number;
  unsent: ReadonlySignal<readonly FieldEvent[]>;
  /** What the server has taken and the list at hand may not show yet. */
  told: ReadonlySignal<readonly FieldEvent[]>;
  refusals: ReadonlySignal<readonly Refusal[]>;
  add(event: Report): void;
  /** Sends what is there. True when nothing is left. */
  flush(): Promise<boolean>;
  /** A list was taken that was asked for after these were told: it shows what became of them. */
  listed(told: readonly FieldEvent[]): void;
  forgive(clientId: string): void;
}

export type Send = (events: readonly FieldEvent[]) => Promise<readonly FieldResult[]>;

const BATCH = 50;
const NAME = "roadflare.field.outbox.v2.";
/** The queue as it was when it did not say whose it is. */
const OWNERLESS = "roadflare.field.outbox.v1";

function isEvent(found: unknown): found is Report {
  const one = found as Partial<Report> | null;
  return typeof one?.client_id === "string" && typeof one.kind === "string";
}

function isRefusal(found: unknown): found is Refusal {
  const one = found as Partial<Refusal> | null;
  return isEvent(one?.event) && typeof one?.code === "string";
}

const toSend = ({ number, ...event }: Report): FieldEvent => event;

/** Why it was rejected, also of a repeat whose first answer was lost; null where it was not. */
const refusalOf = ({ status, code }: FieldResult) =>
  code ?? (status === "rejected" ? "rejected" : null);

/** Gives a queue without an owner to the unit that last used the phone. */
export function adopt(shelf: Shelf, unit: number): void {
  const left = keptList(shelf, OWNERLESS, isEvent);
  if (left.items.value.length === 0) return;
  keptList(shelf, NAME + unit, isEvent).change((events) => [...left.items.value, ...events]);
  left.change(() => []);
}

/** Whether any unit has something unsent on this phone. */
export const holdsUnsent = (names: readonly string[]) =>
  names.some((name) => name.startsWith(NAME));

export function makeOutbox(shelf: Shelf, unit: number, send: Send): Outbox {
  const { items: unsent, change } = keptList(shelf, NAME + unit, isEvent);
  const told = keptList(shelf, `roadflare.field.told.v1.${unit}`, isEvent);
  const refused = keptList(shelf, `roadflare.field.refused.v1.${unit}`, isRefusal);
  let running: Promise<boolean> | null = null;

  function settle(ids: ReadonlySet<string>): void {
    change((events) => events.filter((event) => !ids.has(event.client_id)));
  }

  function refuse(event: Report, code: string, text: Bilingual | null): void {
    refused.change((refusals) => [...refusals, { event, code, text }]);
  }

  /** One event that spoils a batch must not hold back the others: they are sent one by one. */
  async function sendBatch(batch: readonly Report[]): Promise<void> {
    try {
      const results = await send(batch.map(toSend));
      for (const result of results) {
        const event = batch.find((one) => one.client_id === result.client_id);
        if (!event) continue;
        const code = refusalOf(result);
        if (code !== null) refuse(event, code, result.text);
        else told.change((events) => [...events, event]);
      }
      settle(new Set(results.map((result) => result.client_id)));
    } catch (error) {
      if (!isFinal(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only) {
        refuse(only, error.code, error.text);
        settle(new Set([only.client_id]));
        return;
      }
      for (const event of batch) await sendBatch([event]);
    }
  }

  async function run(): Promise<boolean> {
    while (unsent.value.length > 0) {
      const batch = unsent.value.slice(0, BATCH);
      try {
        await sendBatch(batch);
      } catch {
        // Out of reach: everything is kept for the next flush.
        return false;
      }
      // An answer that names none of what was sent would be asked for again without end.
      const left = new Set(unsent.value.map((event) => event.client_id));
      if (batch.every((event) => left.has(event.client_id))) return false;
    }
    return true;
  }

  return {
    unit,
    unsent,
    told: told.items,
    refusals: refused.items,
    add(event) {
      change((events) => [...events, event]);
    },
    flush() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    listed(shown) {
      const ids = new Set(shown.map((event) => event.client_id));
      told.change((events) => events.filter((event) => !ids.has(event.client_id)));
    },
    forgive(clientId) {
      refused.change((refusals) => refusals.filter((one) => one.event.client_id !== clientId));
    },
  };
}
