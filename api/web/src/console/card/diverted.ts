/** What becomes of other calls when a unit is diverted, in words: the same in the list and when asked. */

import type { Diverted } from "@roadflare/kit/contract.ts";
import { minutesText } from "@roadflare/kit/format.ts";
import { t } from "../words.ts";

/** "T-08"; empty: nobody goes there then. */
export function whoGoesText({ unit_code, contractor }: Diverted): string {
  return unit_code ?? (contractor ? t("divert.contractor", { name: contractor }) : "");
}

/** "17 min later" */
export function laterText(delayS: number): string {
  const minutes = minutesText(delayS);
  return delayS >= 30 ? t("divert.later", { minutes }) : t("divert.noLater");
}

/** "R-1002 then by T-08, 17 min later"; `visit` is what is said of a booked visit. */
export function divertedText(it: Diverted, visit: string): string {
  const number = it.incident_number ?? visit;
  if (it.delay_s === null) return t("divert.thenNobody", { number });
  return t("divert.then", { number, who: whoGoesText(it), later: laterText(it.delay_s) });
}
