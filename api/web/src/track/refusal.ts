/** Why something did not work, as an owner is told it: the server's words are for staff. */

import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { NoPicture } from "@roadflare/kit/shrink.ts";
import { t } from "./words.ts";

/** What was tried; a conflict means something else for each. */
export type Deed = "cancel" | "rate" | "photo";

export function refusalText(error: unknown, deed: Deed): string {
  if (error instanceof OfflineError) return t("failed.offline");
  if (error instanceof NoPicture) return t("failed.noPicture");
  if (!(error instanceof ProblemError)) return t("failed.other");
  if (error.status === 409) return t(`failed.${deed}`);
  if (deed === "photo" && error.status === 422) return t("failed.noPicture");
  if (error.status === 429) return t("failed.often");
  return t("failed.other");
}
