/** Reports of roads: which one is open, making one, taking one back. */

import { computed } from "@preact/signals";
import type { RoadReport } from "@roadflare/kit/contract.ts";
import { openRoadId } from "./selection.ts";
import { call } from "./session.ts";
import { say, sayProblem } from "./toasts.ts";
import { refreshSoon, roadReports } from "./world.ts";

export const openRoad = computed<RoadReport | null>(
  () => roadReports.value.find(({ id }) => id === openRoadId.value) ?? null,
);

/** Takes over what the server answered to a report. */
export function learnRoad(report: RoadReport): void {
  roadReports.value = [...roadReports.value.filter(({ id }) => id !== report.id), report];
  refreshSoon();
}

/** Returns what went wrong. */
export async function takeRoadBack(report: RoadReport, done: string): Promise<string> {
  try {
    await call<RoadReport>(`/road-reports/${report.id}/clear`, { method: "POST" });
    roadReports.value = roadReports.value.filter(({ id }) => id !== report.id);
    say(done);
    return "";
  } catch (error) {
    return sayProblem(error);
  } finally {
    refreshSoon();
  }
}
