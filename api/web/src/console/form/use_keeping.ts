/** A form's drafts outlive it: it says so when it is left, and discards only when asked to. */

import { useEffect, useState } from "preact/hooks";
import type { Drafts } from "../store/drafts.ts";
import { say } from "../store/toasts.ts";
import { t } from "../words.ts";

export interface Keeping {
  /** Whether the form goes on where it was left. */
  continued: boolean;
  /** Empties the form; null where nothing was filled in. */
  discard: (() => void) | null;
}

export function useKeeping(
  drafts: Pick<Drafts<unknown>, "begun" | "left" | "discard">,
  title: () => string,
  key: string,
): Keeping {
  const [continued, setContinued] = useState(() => drafts.left.current);
  const begun = drafts.begun();
  useEffect(
    () => () => {
      if (!drafts.begun()) return;
      drafts.left.current = true;
      say(t("form.kept", { title: title(), key }));
    },
    [],
  );
  const discard = () => {
    setContinued(false);
    say(t("form.discarded", { title: title() }), { undo: drafts.discard() });
  };
  return { continued: continued && begun, discard: begun ? discard : null };
}
