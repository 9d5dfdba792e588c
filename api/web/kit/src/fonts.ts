/** Noto Sans for Latin at once; the Chinese slices' style sheets when they are first wanted. */

import "@fontsource/noto-sans/latin-400.css";
import "@fontsource/noto-sans/latin-600.css";
import "@fontsource/noto-sans/latin-ext-400.css";
import chinese400 from "@fontsource/noto-sans-sc/400.css?url";
import chinese600 from "@fontsource/noto-sans-sc/600.css?url";
import { effect } from "@preact/signals";
import { patiently } from "./patiently.ts";
import { styleSheet } from "./style_sheet.ts";
import { language } from "./words.ts";

function chinese(): void {
  // A slice is fetched only when a character of it is on screen.
  for (const sheet of [chinese400, chinese600]) void patiently(() => styleSheet(sheet));
}

effect(() => {
  if (language.value === "zh") chinese();
  // Chinese names occur in English pages too, but need not delay them.
  else setTimeout(chinese, 1500);
});
