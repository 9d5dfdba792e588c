/** One value kept on the phone, under a name that carries its version. */

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
