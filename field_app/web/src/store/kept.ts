/** Values kept on the phone, each under a name that carries its version. */

import { type ReadonlySignal, signal } from "@preact/signals";

export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export interface Kept<T> {
  read(): T | null;
  write(value: T | null): void;
}

/** `fits` says whether what was found is still of this shape; what does not fit is dropped. */
export function kept<T>(shelf: Shelf, name: string, fits: (found: unknown) => found is T): Kept<T> {
  return {
    read() {
      const text = shelf.getItem(name);
      if (text === null) return null;
      try {
        const found: unknown = JSON.parse(text);
        if (fits(found)) return found;
      } catch {
        // Cut off by a crash: as good as nothing.
      }
      shelf.removeItem(name);
      return null;
    },
    write(value) {
      if (value === null) shelf.removeItem(name);
      else shelf.setItem(name, JSON.stringify(value));
    },
  };
}

export interface KeptList<T> {
  items: ReadonlySignal<readonly T[]>;
  change(next: (items: readonly T[]) => readonly T[]): void;
}

/** A list kept on the phone. What is stored there counts: the page may be open twice. */
export function keptList<T>(
  shelf: Shelf,
  name: string,
  fits: (found: unknown) => found is T,
): KeptList<T> {
  const all = (found: unknown): found is readonly T[] => Array.isArray(found) && found.every(fits);
  const store = kept(shelf, name, all);
  const items = signal<readonly T[]>(store.read() ?? []);
  return {
    items,
    change(next) {
      items.value = next(store.read() ?? []);
      store.write(items.value.length > 0 ? items.value : null);
    },
  };
}
