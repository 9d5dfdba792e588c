/** What is said of a booked visit: the car fetched, at the centre, brought back; or an installation. */

import type { Track } from "@roadflare/kit/contract.ts";
import { t } from "./words.ts";

export interface Headline {
  sentence: string;
  more: string;
}

export function visitHeadline(track: Track, who: string): Headline {
  switch (track.stage) {
    case "on_the_way":
      return { sentence: t("visit.on_the_way"), more: t("more.on_the_way", { who }) };
    case "at_car":
      return { sentence: t("visit.at_car"), more: t("more.at_car", { who }) };
    case "fetched":
      return { sentence: t("visit.fetched"), more: t("more.towing", { who }) };
    case "at_centre":
      return { sentence: t("visit.at_centre"), more: t("visit.at_centre.more", { who }) };
    case "returning":
      return { sentence: t("visit.returning"), more: t("visit.returning.more", { who }) };
    case "done":
      return { sentence: done(track), more: t("visit.done.more") };
    case "failed":
      return { sentence: t("visit.failed"), more: t("visit.failed.more") };
    case "cancelled":
      return { sentence: t("visit.cancelled"), more: t("visit.cancelled.more") };
    default:
      return { sentence: t("visit.booked"), more: t("visit.booked.more", { who }) };
  }
}

function done({ visit, return_window }: Track): string {
  if (visit === "installation") return t("visit.installed");
  return return_window ? t("visit.done") : t("visit.at_centre");
}

/** The windows that somebody is still to come in, the next one first. */
export function windowsAhead(track: Track): { label: string; window: [string, string] }[] {
  const { stage, window, return_window: back } = track;
  const first = ["received", "assigned", "finishing_other_job", "on_the_way"].includes(stage);
  const isFetched = ["fetched", "at_centre", "returning"].includes(stage);
  const ahead = [];
  if (first && window) ahead.push({ label: t("window.label"), window });
  if ((first || stage === "at_car" || isFetched) && back) {
    ahead.push({ label: t("window.return"), window: back });
  }
  return ahead;
}
