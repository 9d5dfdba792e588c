/** A modal dialog: the browser's own, which keeps the focus inside and gives it back. */

import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../words.ts";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    const field = dialog?.querySelector<HTMLElement>("input, textarea, select");
    (field ?? dialog?.querySelector<HTMLElement>("[type=submit]"))?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={wide ? "dialog wide" : "dialog"}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2>
          <Sentence text={title} />
        </h2>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("toast.close")}
          onClick={onClose}
        >
          <Icon name="close" size={18} />
        </button>
      </header>
      {children}
    </dialog>
  );
}
