/**
 * The queue of what was done and not yet told.
 *
 * An entry is written to the phone before anything is sent, and leaves only when the server has
 * answered for it by its `client_id`. One flush runs at a time; a repeat after a lost answer
 * carries the same `client_id`, so that it counts once.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { FieldEvent, FieldResult } from "@roadflare/kit/contract.ts";
import { ProblemError } from "@roadflare/kit/http.ts";
import { kept, type Shelf } from "./kept.ts";

export interface Refusal {
  event: FieldEvent;
  reason: string;
}

export interface Outbox {
  unsent: ReadonlySignal<readonly FieldEvent[]>;
  refusals: ReadonlySignal<readonly Refusal[]>;
  add(event: FieldEvent): void;
  /** Sends what is there. True when nothing is left. */
  flush(): Promise<boolean>;
  forgive(clientId: string): void;
}

export type Send = (events: readonly FieldEvent[]) => Promise<readonly FieldResult[]>;

const BATCH = 50;
const NAME = "roadflare.field.outbox.v1";

function areEvents(found: unknown): found is FieldEvent[] {
  return (
    Array.isArray(found) &&
    found.every((one) => typeof one?.client_id === "string" && typeof one?.kind === "string")
  );
}

/** A refusal that no repetition can cure; others (login, overload, outage) are waited out. */
const isFinal = (error: unknown): error is ProblemError =>
  error instanceof ProblemError &&
  error.status >= 400 &&
  error.status < 500 &&
  ![401, 403, 408, 425, 429].includes(error.status);

export function makeOutbox(shelf: Shelf, send: Send): Outbox {
  const store = kept(shelf, NAME, areEvents);
  /** What is on the phone counts: the page may be open twice. */
  const stored = () => store.read() ?? [];
  const unsent = signal<readonly FieldEvent[]>(stored());
  const refusals = signal<readonly Refusal[]>([]);
  let running: Promise<boolean> | null = null;

  function save(events: readonly FieldEvent[]): void {
    unsent.value = events;
    store.write(events.length > 0 ? [...events] : null);
  }

  function settle(ids: ReadonlySet<string>): void {
    save(stored().filter((event) => !ids.has(event.client_id)));
  }

  function refuse(event: FieldEvent, reason: string): void {
    refusals.value = [...refusals.value, { event, reason }];
  }

  /** One event that spoils a batch must not hold back the others: they are sent one by one. */
  async function sendBatch(batch: readonly FieldEvent[]): Promise<void> {
    try {
      const results = await send(batch);
      for (const result of results) {
        const event = batch.find((one) => one.client_id === result.client_id);
        if (event && result.status === "rejected") refuse(event, result.detail);
      }
      settle(new Set(results.map((result) => result.client_id)));
    } catch (error) {
      if (!isFinal(error)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only) {
        refuse(only, error.message);
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
    unsent,
    refusals,
    add(event) {
      save([...stored(), event]);
    },
    flush() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    forgive(clientId) {
      refusals.value = refusals.value.filter((one) => one.event.client_id !== clientId);
    },
  };
}
