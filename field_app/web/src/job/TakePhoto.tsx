/** A button that opens the camera; what it takes is made small and kept. */

import type { FieldJob } from "@roadflare/kit/contract.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { NoPicture, shrunk } from "@roadflare/kit/shrink.ts";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { addPhoto } from "../store/sync.ts";
import { t } from "../words.ts";

interface TakePhotoProps {
  job: FieldJob;
  step: string;
  class: string;
  children: ComponentChildren;
}

export function TakePhoto({ job, step, class: look, children }: TakePhotoProps) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const take = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    input.value = ""; // the same file may be chosen again
    if (!file) return;
    setBusy(true);
    setFault("");
    try {
      await addPhoto(job, step, await shrunk(file));
    } catch (error) {
      setFault(t(error instanceof NoPicture ? "photo.noPicture" : "photo.full"));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <label class={`button take-photo ${look}`} aria-busy={busy}>
        <Icon name="camera" size={26} />
        <span>{children}</span>
        <input
          type="file"
          accept="image/*"
          capture="environment"
          disabled={busy}
          onChange={(event) => void take(event.currentTarget)}
        />
      </label>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
