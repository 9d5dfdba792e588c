/** The objective's terms as a sentence: which of them weighed, the heaviest first. */

import type { Candidate } from "@roadflare/kit/contract.ts";
import { moneyText } from "@roadflare/kit/format.ts";
import { t } from "../words.ts";

const termText = (term: string): string => {
  const known: Record<string, string> = {
    driving: t("term.driving"),
    lateness: t("term.lateness"),
    breach: t("term.breach"),
    coverage: t("term.coverage"),
    change: t("term.change"),
    overtime: t("term.overtime"),
    contractor: t("term.contractor"),
    service: t("term.service"),
    release: t("term.release"),
    unserved: t("term.unserved"),
  };
  const name = term.replace(/_cny$/, "");
  return known[name] ?? name.replaceAll("_", " ");
};

export function reasonText(candidate: Candidate): string {
  return Object.entries(candidate.terms)
    .filter(([, cny]) => Math.abs(cny) >= 0.5)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([term, cny]) => `${termText(term)} ${moneyText(cny)}`)
    .join(" · ");
}
