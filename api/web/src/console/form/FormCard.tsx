/** A card that is filled in: its head, its scrolling fields, and the button that sends it. */

import type { ComponentChildren } from "preact";
import { CardHead } from "../card/CardHead.tsx";
import { t } from "../words.ts";
import { Faults } from "./Field.tsx";
import type { Keeping } from "./use_keeping.ts";
import type { Sending } from "./use_sending.ts";

interface FormCardProps {
  title: string;
  close: () => void;
  keeping: Keeping;
  sending: Sending;
  /** Paths of faults that the fields show themselves; the others stand below them. */
  shown: RegExp;
  ready: boolean;
  save: string;
  /** Stands in place of the form once it was taken. */
  taken?: ComponentChildren;
  children: ComponentChildren;
}

export function FormCard(props: FormCardProps) {
  const { title, close, keeping, sending, shown, ready, save, taken, children } = props;
  const { faults, saving, form, send } = sending;
  return (
    <article class="card intake" aria-label={title}>
      <CardHead title={title} close={close}>
        {keeping.discard && !taken && (
          <button type="button" class="button small" onClick={keeping.discard}>
            {t("new.discard")}
          </button>
        )}
      </CardHead>
      {taken ?? (
        <form ref={form} onSubmit={(event) => void send(event)} novalidate>
          <div class="scroll">
            {keeping.continued && (
              <p class="muted" role="status">
                {t("form.continued")}
              </p>
            )}
            {children}
            <Faults faults={faults.filter(({ field }) => !shown.test(field))} />
          </div>
          <footer class="intake-save">
            {faults.length > 0 && (
              <span class="text-breached" role="alert">
                {t("new.faults", { n: faults.length })}
              </span>
            )}
            <button type="submit" class="button primary" disabled={saving || !ready}>
              {saving ? t("new.saving") : save} <kbd>↵</kbd>
            </button>
          </footer>
        </form>
      )}
    </article>
  );
}
