/** Doing what a dialog asks about, once. */

import { useState } from "preact/hooks";

/**
 * Closes the dialog when it is done. Refused, it stays as it is filled in: what went wrong is read,
 * and it is pressed again.
 */
export function useConfirming(close: () => void) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  return {
    fault,
    busy,
    /** @param act Returns what went wrong; empty: nothing. */
    async confirm(act: () => Promise<string>): Promise<void> {
      if (busy) return;
      setBusy(true);
      const failed = await act();
      if (!failed) close();
      setFault(failed);
      setBusy(false);
    },
  };
}
