/** One of several answers, pressed or not. */

import type { Ref } from "preact";

interface ChipProps {
  on: boolean;
  press: () => void;
  text: string;
  buttonRef?: Ref<HTMLButtonElement> | undefined;
}

export const Chip = ({ on, press, text, buttonRef }: ChipProps) => (
  <button type="button" class="chip" ref={buttonRef ?? null} aria-pressed={on} onClick={press}>
    {text}
  </button>
);
