/** What the console says. */

import { dictionary } from "@roadflare/kit/words.ts";
import { en } from "./words_en.ts";
import { zh } from "./words_zh.ts";

export const t = dictionary(en, zh);
