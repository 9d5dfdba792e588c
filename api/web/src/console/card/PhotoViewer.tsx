/** One photo, large; Esc closes it, the arrow keys lead to its neighbours. */

import type { Photo } from "@roadflare/kit/contract.ts";
import { secondsBetween, timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { useLayoutEffect } from "preact/hooks";
import { Dialog } from "../shell/Dialog.tsx";
import { t } from "../words.ts";
import { usePhoto } from "./Photos.tsx";

/** Sent later than this after it was taken, it was kept on the phone. */
const LATE_S = 120;

interface PhotoViewerProps {
  of: string;
  photo: Photo;
  title: string;
  go: (by: 1 | -1) => void;
  hasBefore: boolean;
  hasNext: boolean;
  onClose: () => void;
}

export function PhotoViewer({
  of,
  photo,
  title,
  go,
  hasBefore,
  hasNext,
  onClose,
}: PhotoViewerProps) {
  const shown = usePhoto(of, photo);
  // As soon as it is seen: an arrow pressed at once is not lost.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "ArrowRight" && hasNext) go(1);
      else if (event.key === "ArrowLeft" && hasBefore) go(-1);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
  const isLate = secondsBetween(Date.parse(photo.taken_at), photo.received_at) > LATE_S;
  return (
    <Dialog title={title} onClose={onClose} wide>
      <div class="photo-viewer">
        {typeof shown === "object" ? (
          <img src={shown.address} alt={title} />
        ) : (
          <p role="status">{t(`photo.${shown}`)}</p>
        )}
      </div>
      <div class="photo-steps">
        <button
          type="button"
          class="button icon-only"
          aria-label={t("photo.before")}
          disabled={!hasBefore}
          onClick={() => go(-1)}
        >
          <Icon name="left" size={20} />
        </button>
        {isLate && (
          <span class="muted">{t("photo.late", { time: timeOfDay(photo.received_at) })}</span>
        )}
        <button
          type="button"
          class="button icon-only"
          aria-label={t("photo.next")}
          disabled={!hasNext}
          onClick={() => go(1)}
        >
          <Icon name="right" size={20} />
        </button>
      </div>
    </Dialog>
  );
}
