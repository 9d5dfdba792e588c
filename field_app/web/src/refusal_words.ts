/** Why the server did not accept a report, in the viewer's language. */

import { refusedText } from "./problem_words.ts";
import type { Refusal } from "./store/outbox.ts";
import type { KeptPhoto } from "./store/photo_shelf.ts";
import { t } from "./words.ts";

/** "F-12 · Job done: not accepted. The job was cancelled." */
export function refusalText(refusal: Refusal): string {
  const { number, kind } = refusal.event;
  const what = [number, t(`do.${kind}`)].filter(Boolean).join(" · ");
  return t("refused", { what, reason: refusedText(refusal.code, refusal.text) });
}

/** "F-12 · Photo: not accepted. There are as many as there may be." */
export function photoRefusalText({ number, refused }: KeptPhoto): string {
  const what = [number, t("photo.one")].filter(Boolean).join(" · ");
  return t("refused", { what, reason: refusedText(refused?.code ?? "", refused?.text) });
}
