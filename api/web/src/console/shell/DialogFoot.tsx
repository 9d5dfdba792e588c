/** The foot of what is asked: what went wrong, the way back, and going on. */

import { Sentence } from "@roadflare/kit/sentence.tsx";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../words.ts";

interface DialogFootProps {
  back: () => void;
  /** What went wrong when it was sent; empty: nothing. */
  fault?: string;
  /** What going on is called; without it "Yes". */
  yes?: ComponentChildren;
  disabled?: boolean;
  /** Other ways to go on. */
  children?: ComponentChildren;
}

export function DialogFoot(props: DialogFootProps) {
  const { back, fault, yes, disabled = false, children } = props;
  const submit = useRef<HTMLButtonElement>(null);
  // Enter goes on as soon as one can, where there is no field: not the way out that has the focus.
  useLayoutEffect(() => {
    const inForm = submit.current?.form?.contains(document.activeElement);
    if (!disabled && !inForm) submit.current?.focus();
  }, [disabled]);
  return (
    <>
      {fault && (
        <p class="field-fault" role="alert">
          <Sentence text={fault} />
        </p>
      )}
      <div class="ask-buttons">
        <button type="button" class="button" onClick={back}>
          {t("ask.no")} <kbd>Esc</kbd>
        </button>
        {children}
        <button type="submit" class="button primary" ref={submit} disabled={disabled}>
          {yes ?? t("ask.yes")} <kbd>↵</kbd>
        </button>
      </div>
    </>
  );
}
