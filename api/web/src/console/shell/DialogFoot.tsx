/** The foot of what is asked: what went wrong, the way back, and going on. */

import type { ComponentChildren } from "preact";
import { t } from "../words.ts";

interface DialogFootProps {
  back: () => void;
  /** What went wrong when it was sent; empty: nothing. */
  fault?: string;
  /** What going on is called; without it "Yes". */
  yes?: ComponentChildren;
  disabled?: boolean;
  /** The enter key is its own from the start, where nothing else takes it. */
  autofocus?: boolean;
  /** Other ways to go on. */
  children?: ComponentChildren;
}

export function DialogFoot(props: DialogFootProps) {
  const { back, fault, yes, disabled = false, autofocus = false, children } = props;
  return (
    <>
      {fault && (
        <p class="field-fault" role="alert">
          {fault}
        </p>
      )}
      <div class="ask-buttons">
        <button type="button" class="button" onClick={back}>
          {t("ask.no")} <kbd>Esc</kbd>
        </button>
        {children}
        <button type="submit" class="button primary" disabled={disabled} autofocus={autofocus}>
          {yes ?? t("ask.yes")} <kbd>↵</kbd>
        </button>
      </div>
    </>
  );
}
