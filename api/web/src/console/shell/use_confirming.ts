/** Doing what a dialog asks about, once. */

import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Closes the dialog when it is done. Refused, it stays as it is filled in: what went wrong is read,
 * and it is pressed again. A dialog that was left meanwhile closes nothing: another may be open.
 */
export function useConfirming(close: () => void) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const left = useRef(false);
  useEffect(
    () => () => {
      left.current = true;
    },
    [],
  );
  return {
    fault,
    busy,
    /** What went wrong was about something else than what is asked about now. */
    forget: () => setFault(""),
    /** @param act Returns what went wrong; empty: nothing. */
    async confirm(act: () => Promise<string>): Promise<void> {
      if (busy) return;
      setBusy(true);
      const failed = await act();
      if (left.current) return;
      if (!failed) close();
      setFault(failed);
      setBusy(false);
    },
  };
}
