/** The head of a card: what it is about, what belongs beside that, and the button that closes it. */

import type { LonLat } from "@roadflare/kit/contract.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { showOnMap } from "../map/view.ts";
import { useFocusBack } from "../shell/use_focus_back.ts";
import { t } from "../words.ts";

interface CardHeadProps {
  title: string;
  close: () => void;
  closeText?: string;
  /** Stands before the title. */
  mark?: ComponentChildren;
  children?: ComponentChildren;
}

export function CardHead({ title, close, closeText, mark, children }: CardHeadProps) {
  const head = useRef<HTMLElement>(null);
  useFocusBack(head, "article");
  return (
    <header class="card-head" ref={head}>
      {mark}
      <h2>{title}</h2>
      {children}
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={closeText ?? t("card.close")}
        onClick={close}
      >
        <Icon name="close" size={18} />
      </button>
    </header>
  );
}

export function ShowOnMap({ at, zoom }: { at: LonLat; zoom?: number }) {
  return (
    <button type="button" class="button small" onClick={() => showOnMap(at, zoom)}>
      <Icon name="place" size={15} />
      {t("map.show")} <kbd>M</kbd>
    </button>
  );
}
