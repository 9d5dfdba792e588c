/** A draft whose place may be picked on the map while the form is open. */

import { useEffect, useState } from "preact/hooks";
import { pickedPlace, picking } from "../map/view.ts";
import { type Draft, EMPTY } from "./draft.ts";

export function useDraft() {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  // The map is the other half of the form: its clicks set the pin while "Map" is chosen.
  useEffect(() => {
    picking.value = draft.placeBy === "map";
  }, [draft.placeBy]);
  useEffect(() => {
    const stop = pickedPlace.subscribe((pin) => {
      if (pin) setDraft((before) => ({ ...before, pin }));
    });
    return () => {
      stop();
      picking.value = false;
      pickedPlace.value = null;
    };
  }, []);
  return { draft, change, reset: () => setDraft(EMPTY) };
}
