/** Why something was refused, in the words of the page: by the problem's code. */

import { common } from "@roadflare/kit/common_words.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { NoTechnician } from "./store/session.ts";
import { t } from "./words.ts";

const CODES = [
  "conflict",
  "illegal_transition",
  "invalid_input",
  "not_allowed",
  "not_authenticated",
  "not_found",
  "too_many_requests",
] as const;

export function codeText(code: string): string {
  const known = CODES.find((one) => one === code);
  return known ? t(`problem.${known}`) : t("problem.other");
}

export function problemText(error: unknown): string {
  if (error instanceof OfflineError) return common("offline");
  if (error instanceof NoTechnician) return t("login.noTechnician");
  return codeText(error instanceof ProblemError ? error.code : "");
}

/** Of a log-in, "not authenticated" has one meaning only. */
export function loginText(error: unknown): string {
  const wrong = error instanceof ProblemError && error.code === "not_authenticated";
  return wrong ? t("login.wrong") : problemText(error);
}
