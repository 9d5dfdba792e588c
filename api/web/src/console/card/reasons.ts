/** The objective's terms as a sentence: which of them weighed, the heaviest first. */

import type { Candidate } from "@roadflare/kit/contract.ts";
import { moneyText } from "@roadflare/kit/format.ts";
import { t } from "../words.ts";

/** The terms of the optimizer's objective, `TERMS` of `dispatch/core/model.py`. */
const TERMS: Record<string, () => string> = {
  drive: () => t("term.drive"),
  lateness: () => t("term.lateness"),
  breach: () => t("term.breach"),
  wait: () => t("term.wait"),
  overtime: () => t("term.overtime"),
  unassigned: () => t("term.unassigned"),
  option: () => t("term.option"),
  change: () => t("term.change"),
  release: () => t("term.release"),
  kept: () => t("term.kept"),
  coverage: () => t("term.coverage"),
};

export function reasonText(candidate: Candidate): string {
  return Object.entries(candidate.terms)
    .filter(([, cny]) => Math.abs(cny) >= 0.5)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([term, cny]) => `${TERMS[term]?.() ?? term} ${moneyText(cny)}`)
    .join(" · ");
}
