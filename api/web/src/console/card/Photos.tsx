/** Photos of a case: thumbnails by step, time and who took them; a large view; what is missing. */

import type { MissingPhoto, Photo } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { usePicture } from "@roadflare/kit/picture.ts";
import { said } from "@roadflare/kit/words.ts";
import { useState } from "preact/hooks";
import { call } from "../store/session.ts";
import { t } from "../words.ts";
import { PhotoViewer } from "./PhotoViewer.tsx";

export const whoTook = (photo: Photo) =>
  photo.by === "owner" ? t("photo.byOwner") : (photo.unit_code ?? "—");

/** A picture of `of`, the path of an incident or a visit. */
export function usePhoto(of: string, photo: Photo) {
  const path = `${of}/photos/${photo.id}`;
  return usePicture(path, () => call<Blob>(path, { blob: true }));
}

interface ThumbnailProps {
  of: string;
  photo: Photo;
  label: string;
  open: () => void;
}

function Thumbnail({ of, photo, label, open }: ThumbnailProps) {
  const shown = usePhoto(of, photo);
  return (
    <li>
      <button type="button" class="photo" aria-label={label} onClick={open}>
        {typeof shown === "object" ? (
          <img src={shown.address} alt="" />
        ) : (
          <Icon name={shown === "loading" ? "camera" : "warning"} size={20} />
        )}
      </button>
      <b>{said(photo.label)}</b>
      <small class="muted">
        {timeOfDay(photo.taken_at)} · {whoTook(photo)}
      </small>
    </li>
  );
}

function Missing({ missing }: { missing: readonly MissingPhoto[] }) {
  return (
    <ul class="photos-missing">
      {missing.map((it) => (
        <li class="with-icon" key={`${it.step} ${it.unit_code}`}>
          <Icon name="camera" size={16} />
          <span>
            {it.unit_code && `${it.unit_code} · `}
            {t("photo.noneWhy", {
              step: said(it.label),
              reason: it.reason ? said(it.reason) : t("photo.noneUnsaid"),
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface PhotosProps {
  /** The path of the incident or visit. */
  of: string;
  photos: readonly Photo[];
  missing: readonly MissingPhoto[];
}

export function Photos({ of, photos, missing }: PhotosProps) {
  const [at, setAt] = useState<number | null>(null);
  if (photos.length + missing.length === 0) return null;
  const labelOf = (photo: Photo, index: number) =>
    t("photo.open", {
      n: index + 1,
      all: photos.length,
      step: said(photo.label),
      time: timeOfDay(photo.taken_at),
      who: whoTook(photo),
    });
  // By its id: meanwhile others may come in before it, or it may have been deleted.
  const index = photos.findIndex((photo) => photo.id === at);
  const large = photos[index];
  return (
    <section>
      <h3>{t("photo.title")}</h3>
      {photos.length > 0 && (
        <ul class="photos">
          {photos.map((photo, n) => (
            <Thumbnail
              key={photo.id}
              of={of}
              photo={photo}
              label={labelOf(photo, n)}
              open={() => setAt(photo.id)}
            />
          ))}
        </ul>
      )}
      {missing.length > 0 && <Missing missing={missing} />}
      {large && (
        <PhotoViewer
          of={of}
          photo={large}
          title={labelOf(large, index)}
          go={(by) => setAt(photos[index + by]?.id ?? large.id)}
          hasBefore={index > 0}
          hasNext={index < photos.length - 1}
          onClose={() => setAt(null)}
        />
      )}
    </section>
  );
}
