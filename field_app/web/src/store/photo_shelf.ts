/** Photos not yet sent, kept in the phone's database: they are too large for anything else. */

import type { Bilingual } from "@roadflare/kit/contract.ts";

export interface KeptPhoto {
  client_id: string;
  unit: number;
  job_id: number;
  /** The job's, for people: it is not sent. */
  number?: string;
  step: string;
  taken_at: string;
  picture: Blob;
  /** Why the server has not taken it; without, it is still to be sent. */
  refused?: { code: string; text: Bilingual | null };
}

export interface PhotoShelf {
  all(unit: number): Promise<KeptPhoto[]>;
  put(photo: KeptPhoto): Promise<void>;
  remove(clientId: string): Promise<void>;
}

/** As it lies in the database: bytes, because not every browser keeps a `Blob` there. */
type Stored = Omit<KeptPhoto, "picture"> & { bytes: ArrayBuffer; type: string };

const DATABASE = "roadflare.field.photos";
const VERSION = 1;
const STORE = "photos";

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: "client_id" });
  };
  return done(request);
}

/** Resolves when it lies on the phone, not before: a photo is taken once. */
function written(work: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = () => reject(work.error);
    work.onerror = () => reject(work.error);
  });
}

export function photoShelf(): PhotoShelf {
  let opened: Promise<IDBDatabase> | null = null;
  const database = () => {
    opened ??= open().catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  return {
    async all(unit) {
      // A browser without a database has kept nothing.
      if (typeof indexedDB === "undefined") return [];
      const store = (await database()).transaction(STORE).objectStore(STORE);
      const found = (await done(store.getAll())) as Stored[];
      return found
        .filter((one) => one.unit === unit)
        .sort((a, b) => a.taken_at.localeCompare(b.taken_at))
        .map(({ bytes, type, ...photo }) => ({ ...photo, picture: new Blob([bytes], { type }) }));
    },
    async put({ picture, ...photo }) {
      const bytes = await picture.arrayBuffer(); // before: a transaction waits for nothing else
      const work = (await database()).transaction(STORE, "readwrite");
      work.objectStore(STORE).put({ ...photo, bytes, type: picture.type } satisfies Stored);
      await written(work);
    },
    async remove(clientId) {
      const work = (await database()).transaction(STORE, "readwrite");
      work.objectStore(STORE).delete(clientId);
      await written(work);
    },
  };
}
