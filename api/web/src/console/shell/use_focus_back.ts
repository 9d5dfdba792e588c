/** The focus goes back to where it was when the part of the page that had it goes. */

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/**
 * Whoever has gone on elsewhere meanwhile keeps the focus there.
 *
 * @param mark Lies in the part.
 * @param part Selects the part, around the mark or the mark itself.
 */
export function useFocusBack(mark: RefObject<Element | null>, part: string): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    const whole = mark.current?.closest(part);
    let wasInside = false;
    const enter = () => {
      wasInside = true;
    };
    whole?.addEventListener("focusin", enter);
    return () => {
      whole?.removeEventListener("focusin", enter);
      const now = document.activeElement;
      // Escape leaves a field first: then nothing has the focus.
      const isFree = whole?.contains(now) || (wasInside && now === document.body);
      if (isFree && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
