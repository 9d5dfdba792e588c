/** The part of a form's draft whose place may be picked on the map while the form is open. */

import { effect, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { pickedPlace, picking } from "../map/view.ts";
import type { Draft } from "./draft.ts";

/** The map shows the pin of `draft`, and its clicks set it, until the returned function is called. */
export function takePins(draft: Signal<Draft>): () => void {
  const stops = [
    effect(() => {
      pickedPlace.value = draft.value.pin;
    }),
    pickedPlace.subscribe((pin) => {
      const before = draft.peek();
      if (pin !== before.pin) draft.value = { ...before, pin };
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    picking.value = false;
    pickedPlace.value = null;
  };
}

/** @param filling Whether the form is still filled in: not when it was sent. */
export function useDraft(draft: Signal<Draft>, filling: boolean) {
  const { placeBy } = draft.value;
  // The map is the other half of the form: its clicks set the pin while "Map" is chosen.
  useEffect(() => {
    picking.value = filling && placeBy === "map";
  }, [filling, placeBy]);
  useEffect(() => takePins(draft), [draft]);
  return {
    draft: draft.value,
    change(part: Partial<Draft>) {
      draft.value = { ...draft.peek(), ...part };
    },
  };
}
