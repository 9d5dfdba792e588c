/**
 * Why something was refused, in the language of the page: as the server says it, or by the
 * problem's code where the page knows better what to press, or nothing was said.
 */

import { common } from "@roadflare/kit/common_words.ts";
import type { Bilingual } from "@roadflare/kit/contract.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { said } from "@roadflare/kit/words.ts";
import { NoTechnician } from "./store/session.ts";
import { t } from "./words.ts";

const CODES = [
  "conflict",
  "illegal_transition",
  "invalid_input",
  "not_allowed",
  "not_authenticated",
  "not_found",
  "rejected",
  "too_many_requests",
] as const;

function codeText(code: string): string {
  const known = CODES.find((one) => one === code);
  return known ? t(`problem.${known}`) : t("problem.other");
}

const OWN_WORDS: readonly string[] = ["illegal_transition", "not_allowed", "not_authenticated"];

export function refusedText(code: string, text: Bilingual | null | undefined): string {
  return text && !OWN_WORDS.includes(code) ? said(text) : codeText(code);
}

export function problemText(error: unknown): string {
  if (error instanceof OfflineError) return common("offline");
  if (error instanceof NoTechnician) return t("login.noTechnician");
  return error instanceof ProblemError ? refusedText(error.code, error.text) : codeText("");
}

/** Of a log-in, "not authenticated" has one meaning only. */
export function loginText(error: unknown): string {
  const wrong = error instanceof ProblemError && error.code === "not_authenticated";
  return wrong ? t("login.wrong") : problemText(error);
}
