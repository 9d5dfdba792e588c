/** Photos on their way: made small, sent one by one; what failed waits to be tried again. */

import { signal } from "@preact/signals";
import { shrunk } from "@roadflare/kit/shrink.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import { refusalText } from "./refusal.ts";
import { refresh, sendPhoto } from "./store.ts";

export interface Upload {
  id: string;
  file: Blob;
  /** Of the picture within this page. */
  address: string;
  /** Why it was not sent; empty while it is on its way. */
  fault: string;
}

export const sending = signal<readonly Upload[]>([]);

function change(id: string, part: Partial<Upload>): void {
  sending.value = sending.value.map((one) => (one.id === id ? { ...one, ...part } : one));
}

/** Takes a photo off the page that was sent, or is not to be sent any more. */
export function drop(id: string): void {
  const gone = sending.value.find((one) => one.id === id);
  if (gone) URL.revokeObjectURL(gone.address);
  sending.value = sending.value.filter((one) => one.id !== id);
}

async function send({ id, file }: Upload): Promise<void> {
  try {
    await sendPhoto(id, await shrunk(file));
  } catch (error) {
    change(id, { fault: refusalText(error, "photo") });
    return;
  }
  await refresh();
  drop(id);
}

/** One after the other: at the roadside the network is thin. */
export async function sendPhotos(files: readonly Blob[]): Promise<void> {
  const mine = files.map((file) => ({
    id: uniqueId(),
    file,
    address: URL.createObjectURL(file),
    fault: "",
  }));
  sending.value = [...sending.value, ...mine];
  for (const upload of mine) await send(upload);
}

export async function tryAgain(id: string): Promise<void> {
  const upload = sending.value.find((one) => one.id === id);
  if (!upload?.fault) return;
  change(id, { fault: "" });
  await send(upload);
}
