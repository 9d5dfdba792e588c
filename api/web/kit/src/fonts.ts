/** Noto Sans for Latin at once; the Chinese slices' style sheet when it is first wanted. */

import "@fontsource/noto-sans/latin-400.css";
import "@fontsource/noto-sans/latin-600.css";
import "@fontsource/noto-sans/latin-ext-400.css";
import { effect } from "@preact/signals";
import { language } from "./words.ts";

function chinese(): void {
  // A slice is fetched only when a character of it is on screen.
  void import("@fontsource/noto-sans-sc/400.css");
  void import("@fontsource/noto-sans-sc/600.css");
}

effect(() => {
  if (language.value === "zh") chinese();
  // Chinese names occur in English pages too, but need not delay them.
  else setTimeout(chinese, 1500);
});
