/** Who comes from outside, and what is said where nobody comes yet. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { t } from "../words.ts";

const TAKEN = new Set(["accepted", "arrived", "done"]);

/** The contractor that has taken the incident; one that was only asked, or will not come, has not. */
export function helperOf({ contractor }: Incident): Incident["contractor"] {
  return contractor && TAKEN.has(contractor.state) ? contractor : null;
}

/** That no unit is planned; while a contractor has the offer, that it is asked. */
export function nobodyText({ contractor }: Incident): string {
  return contractor?.state === "offered"
    ? t("row.asked", { name: contractor.name })
    : t("row.noUnit");
}
