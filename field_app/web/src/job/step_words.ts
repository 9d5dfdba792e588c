/** What steps and ways out are called: not every job has a car at the roadside. */

import type { FieldEventKind, FieldJob } from "@roadflare/kit/contract.ts";
import { t } from "../words.ts";

export type WayOut = "declined" | "gone_on_arrival" | "not_possible";

type Kind = Pick<FieldJob, "kind">;

export function stepText({ kind }: Kind, step: FieldEventKind): string {
  if (kind === "installation" && (step === "arrived" || step === "gone_on_arrival")) {
    return t(`do.installation.${step}`);
  }
  if (kind === "transfer" && (step === "loaded" || step === "done")) {
    return t(`do.transfer.${step}`);
  }
  return t(`do.${step}`);
}

/** Reasons to choose from; others are written. */
export function reasonsFor({ kind }: Kind, wayOut: WayOut): string[] {
  const atHome = kind === "installation";
  switch (wayOut) {
    case "declined":
      return [t("why.declined.1"), t("why.declined.2"), t("why.declined.3"), t("why.declined.4")];
    case "gone_on_arrival":
      if (atHome) return [t("why.nobodyHome")];
      return [t("why.gone_on_arrival.1"), t("why.gone_on_arrival.2"), t("why.gone_on_arrival.3")];
    case "not_possible":
      return [
        ...(atHome ? [t("why.noSupply")] : [t("why.not_possible.1"), t("why.not_possible.2")]),
        t("why.not_possible.3"),
        t("why.not_possible.4"),
      ];
  }
}
