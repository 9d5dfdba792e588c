/** Photos of the car and its fault: those that were sent, those on their way, and more of them. */

import type { Track } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { useEffect, useRef, useState } from "preact/hooks";
import { photoPath } from "./store.ts";
import { drop, sending, sendPhotos, tryAgain, type Upload } from "./uploads.ts";
import { t } from "./words.ts";

interface Large {
  address: string;
  label: string;
}

function Viewer({ address, label, onClose }: Large & { onClose: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={box} class="photo-large" aria-label={label} onClose={onClose}>
      <img src={address} alt={label} />
      <button type="button" class="button big" onClick={onClose}>
        {t("photo.close")}
      </button>
    </dialog>
  );
}

function OnItsWay({ upload }: { upload: Upload }) {
  return (
    <li class={upload.fault ? "failed" : "sending"}>
      <span class="photo">
        {upload.address && <img src={upload.address} alt={t("photo.waiting")} />}
      </span>
      {upload.fault && (
        <>
          <small role="alert">{upload.fault}</small>
          <button type="button" class="button" onClick={() => void tryAgain(upload.id)}>
            {t("photo.again")}
          </button>
          <button type="button" class="button quiet" onClick={() => drop(upload.id)}>
            {t("photo.drop")}
          </button>
        </>
      )}
    </li>
  );
}

export function Photos({ track }: { track: Track }) {
  const [large, setLarge] = useState<Large | null>(null);
  const uploads = sending.value;
  const under = uploads.filter(({ fault }) => !fault).length;
  if (!track.can_add_photos && track.photos.length + uploads.length === 0) return null;
  return (
    <section class="box own-photos">
      <h2>{t("photo.title")}</h2>
      {track.can_add_photos && <p class="muted">{t("photo.why")}</p>}
      {track.photos.length + uploads.length > 0 && (
        <ul>
          {track.photos.map(({ id, taken_at }) => {
            const shown = {
              address: photoPath(id),
              label: t("photo.shown", { time: timeOfDay(taken_at) }),
            };
            return (
              <li key={id}>
                <button
                  type="button"
                  class="photo"
                  aria-label={shown.label}
                  onClick={() => setLarge(shown)}
                >
                  <img src={shown.address} alt="" loading="lazy" />
                </button>
              </li>
            );
          })}
          {uploads.map((upload) => (
            <OnItsWay key={upload.id} upload={upload} />
          ))}
        </ul>
      )}
      {under > 0 && (
        <p role="status" class="photo-progress">
          <progress aria-label={t("photo.sending", { n: under })} />
          {t("photo.sending", { n: under })}
        </p>
      )}
      {track.can_add_photos && (
        <label class="button big add-photo">
          <Icon name="camera" size={20} />
          {t("photo.add")}
          <input
            type="file"
            accept="image/*"
            multiple
            onChange={(event) => {
              const input = event.currentTarget;
              void sendPhotos([...(input.files ?? [])]);
              input.value = ""; // the same file may be chosen again
            }}
          />
        </label>
      )}
      {large && <Viewer {...large} onClose={() => setLarge(null)} />}
    </section>
  );
}
