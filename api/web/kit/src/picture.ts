/** Pictures behind a log-in: an `<img>` cannot carry a token, so they are fetched and kept a while. */

import { useEffect, useState } from "preact/hooks";

const KEPT = 60;
const fetched = new Map<string, Promise<string>>();

/** The address of a picture within this page; asked for once, the oldest are forgotten. */
function addressOf(name: string, load: () => Promise<Blob>): Promise<string> {
  const known = fetched.get(name);
  if (known) return known;
  const made = load().then((blob) => URL.createObjectURL(blob));
  fetched.set(name, made);
  made.catch(() => fetched.delete(name));
  for (const [oldest, address] of fetched) {
    if (fetched.size <= KEPT) break;
    fetched.delete(oldest);
    void address.then((it) => URL.revokeObjectURL(it)).catch(() => {});
  }
  return made;
}

/** Whoever is logged in next sees none of them. */
export function forgetPictures(): void {
  for (const address of fetched.values()) {
    void address.then((it) => URL.revokeObjectURL(it)).catch(() => {});
  }
  fetched.clear();
}

export type Shown = { address: string } | "loading" | "failed";

/** What is shown of a picture: its address once it is here. `name` tells pictures apart. */
export function usePicture(name: string, load: () => Promise<Blob>): Shown {
  const [shown, setShown] = useState<Shown>("loading");
  useEffect(() => {
    let wanted = true;
    setShown("loading");
    addressOf(name, load).then(
      (address) => wanted && setShown({ address }),
      () => wanted && setShown("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [name]);
  return shown;
}
