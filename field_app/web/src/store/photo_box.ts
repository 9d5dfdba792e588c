/**
 * The photos that one unit has taken and not yet sent.
 *
 * A photo is written to the phone before it is sent, and leaves only when the server has it or will
 * never take it; a repeat after a lost answer carries the same `client_id`.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { isFinal } from "./final.ts";
import type { KeptPhoto, PhotoShelf } from "./photo_shelf.ts";

/** What the server has, by its own id. */
export interface SentPhoto {
  id: number;
  job_id: number;
  step: string;
}

export interface PhotoBox {
  unsent: ReadonlySignal<readonly KeptPhoto[]>;
  /** What was sent since the page was opened: the list at hand may not show it yet. */
  sent: ReadonlySignal<readonly SentPhoto[]>;
  refused: ReadonlySignal<readonly KeptPhoto[]>;
  /** Resolves when what was kept before the page was opened is known. */
  opened: Promise<void>;
  add(photo: Omit<KeptPhoto, "unit">): Promise<void>;
  /** Sends what is there, one by one. True when nothing is left. */
  flush(): Promise<boolean>;
  forgive(clientId: string): Promise<void>;
}

/** Returns the server's id of it. */
export type SendPhoto = (photo: KeptPhoto) => Promise<number>;

export function makePhotoBox(shelf: PhotoShelf, unit: number, send: SendPhoto): PhotoBox {
  const kept = signal<readonly KeptPhoto[]>([]);
  const unsent = computed(() => kept.value.filter((photo) => !photo.refused));
  const refused = computed(() => kept.value.filter((photo) => photo.refused));
  const sent = signal<readonly SentPhoto[]>([]);
  let running: Promise<boolean> | null = null;

  const opened = shelf.all(unit).then(
    (found) => {
      const ids = new Set(kept.value.map((photo) => photo.client_id));
      kept.value = [...found.filter((photo) => !ids.has(photo.client_id)), ...kept.value];
    },
    () => {}, // a database that does not open keeps what is in it for the next start
  );

  async function drop(clientId: string): Promise<void> {
    await shelf.remove(clientId);
    kept.value = kept.value.filter((photo) => photo.client_id !== clientId);
  }

  async function refuse(photo: KeptPhoto): Promise<void> {
    await shelf.put(photo);
    kept.value = kept.value.map((one) => (one.client_id === photo.client_id ? photo : one));
  }

  async function run(): Promise<boolean> {
    await opened;
    for (;;) {
      const [next] = unsent.value;
      if (!next) return true;
      try {
        const id = await send(next);
        sent.value = [...sent.value, { id, job_id: next.job_id, step: next.step }];
      } catch (error) {
        if (!isFinal(error)) return false; // out of reach: kept for the next flush
        await refuse({ ...next, refused: { code: error.code, text: error.text } });
        continue;
      }
      await drop(next.client_id);
    }
  }

  return {
    unsent,
    sent,
    refused,
    opened,
    async add(photo) {
      const mine = { ...photo, unit };
      await shelf.put(mine);
      kept.value = [...kept.value, mine];
    },
    flush() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    forgive: drop,
  };
}
