/**
 * Why the server did not accept a report, in the viewer's language.
 *
 * An event that is rejected by itself carries a sentence and no code: `dispatch/status.py` says
 * them. What is no such sentence is told by its code alone.
 */

import { codeText } from "./problem_words.ts";
import type { Refusal } from "./store/outbox.ts";
import { t } from "./words.ts";

const SENTENCES = [
  ["The job is not with this unit any more", "why.elsewhere"],
  ["It was never given to this unit", "why.elsewhere"],
  ["The job was cancelled", "why.cancelled"],
  ["it can be reported as not possible, not declined", "why.begun"],
  ["it can be reported as not possible, not as gone", "why.loaded"],
  ["already.", "why.over"],
  ["there is nothing to load", "why.noLoad"],
  ["The unit is off shift", "why.offShift"],
  ["s in the future", "why.clock"],
] as const;

function reasonText({ code, detail }: Refusal): string {
  const known = SENTENCES.find(([sentence]) => detail.includes(sentence));
  if (known) return t(known[1]);
  return code === "rejected" || code === "not_found" ? t("why.unknown") : codeText(code);
}

/** "F-12 · Job done: not accepted. The job was cancelled." */
export function refusalText(refusal: Refusal): string {
  const { number, kind } = refusal.event;
  const what = [number, t(`do.${kind}`)].filter(Boolean).join(" · ");
  return t("refused", { what, reason: reasonText(refusal) });
}
