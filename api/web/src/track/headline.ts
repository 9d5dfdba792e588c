/** The big sentence, and how long it takes still. */

import { kindText } from "@roadflare/kit/common_words.ts";
import type { Track } from "@roadflare/kit/contract.ts";
import { secondsBetween } from "@roadflare/kit/format.ts";
import { visitHeadline } from "./visit.ts";
import { t } from "./words.ts";

/** The server names a contractor where our own units have their kind. */
export const isPartner = (kind: string) => kind === "contractor";

export function whoComes(track: Track): string {
  const { unit } = track;
  if (unit && isPartner(unit.kind)) return t("who.partner", { name: unit.name });
  if (unit) return `${kindText(unit.kind)} ${unit.name}`;
  return track.kind === "appointment" ? t("who.visitor") : t("who.somebody");
}

/** Whether it has not ended with the owner left without help. */
export function isHelped({ stage, outcome }: Pick<Track, "stage" | "outcome">): boolean {
  if (stage === "failed") return false;
  return outcome === null || ["repaired", "boosted", "towed", "solved_remotely"].includes(outcome);
}

/** What is said of an outcome that "all done" would not be true of. */
function ending({ outcome }: Track): { sentence: string; more: string } | null {
  switch (outcome) {
    case "towed":
    case "solved_remotely":
    case "gone_on_arrival":
    case "not_possible":
      return { sentence: t(`over.${outcome}`), more: t(`more.${outcome}`) };
    default:
      return null;
  }
}

export function headline(track: Track): { sentence: string; more: string } {
  const over = ending(track);
  if (over) return over;
  const who = whoComes(track);
  if (track.kind === "appointment") return visitHeadline(track, who);
  const more = {
    received: () => t("more.received"),
    assigned: () => t("more.assigned", { who }),
    finishing_other_job: () => t("more.finishing_other_job", { who }),
    on_the_way: () => t("more.on_the_way", { who }),
    at_car: () => t("more.at_car", { who }),
    towing: () => t("more.towing", { who }),
    done: () => t("more.done"),
    cancelled: () => t("more.cancelled"),
  };
  const stage = track.stage in more ? (track.stage as keyof typeof more) : "received";
  return { sentence: t(`stage.${stage}`), more: more[stage]() };
}

/** "9–15", in minutes from now; null when the range has passed. */
export function minutesRange(range: readonly [string, string], nowMs: number): string | null {
  const from = Math.floor(secondsBetween(nowMs, range[0]) / 60);
  const to = Math.ceil(secondsBetween(nowMs, range[1]) / 60);
  if (to <= 1) return null;
  return from < 1 ? `1–${to}` : from === to ? `${to}` : `${from}–${to}`;
}

export const WAITING = new Set(["received", "assigned", "finishing_other_job", "on_the_way"]);
