/** How a report is said: which road, what, until when. */

import type { RoadAt, RoadReport } from "@roadflare/kit/contract.ts";
import { dayOf, distanceText, timeOfDay } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { t } from "../words.ts";

const COMPASS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;

/** "to the north-east" for 50 degrees. */
export function headingText(deg: number): string {
  const sector = COMPASS[Math.round(deg / 45) % 8] ?? "n";
  return t(`compass.${sector}`);
}

const SHOWN_NAMES = 3;

export function roadName(roads: readonly string[]): string {
  if (roads.length === 0) return t("road.unnamed");
  const shown = roads.slice(0, SHOWN_NAMES).join(" · ");
  return roads.length > SHOWN_NAMES ? `${shown} +${roads.length - SHOWN_NAMES}` : shown;
}

/** "between Quay and East Street"; empty where no other street is met. */
export function betweenText({ between }: Pick<RoadAt, "between">): string {
  const [from = "", to = ""] = between;
  if (from && to && from !== to) return t("road.between", { from, to });
  const one = from || to;
  return one ? t("road.endsAt", { one }) : "";
}

/** "90 m", never broken over two lines. */
export const lengthText = ({ length_m: metres }: Pick<RoadAt, "length_m">) =>
  distanceText(metres).replace(" ", "\u00a0");

export function effectText({ effect, value }: Pick<RoadReport, "effect" | "value">): string {
  if (effect === "closed") return t("road.closed");
  if (effect === "speed") return t("road.kphOnly", { n: value ?? 0 });
  return t("road.share", { n: Math.round((value ?? 1) * 100) });
}

export function untilText(until: string | null): string {
  if (!until) return t("road.untilOpen");
  const today = dayOf(until) === dayOf(now.value);
  const time = today ? timeOfDay(until) : `${dayOf(until)} ${timeOfDay(until)}`;
  return t("road.untilTime", { time });
}
