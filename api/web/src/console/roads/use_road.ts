/** The road at the pin, asked of the server and drawn on the map before anything is reported. */

import type { LonLat, RoadAt } from "@roadflare/kit/contract.ts";
import { ProblemError } from "@roadflare/kit/http.ts";
import { useEffect, useState } from "preact/hooks";
import { pickedRoad } from "../map/view.ts";
import { call } from "../store/session.ts";
import { problemText } from "../store/toasts.ts";
import { t } from "../words.ts";

interface Found {
  road: RoadAt | null;
  /** Why there is none. */
  fault: string;
}

const NOTHING: Found = { road: null, fault: "" };

function faultOf(error: unknown): string {
  const far = error instanceof ProblemError && error.code === "outside_network";
  return far ? t("road.noRoad") : problemText(error);
}

export function useRoad(pin: LonLat | null): Found {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    setFound(NOTHING);
    if (!pin) return;
    const cut = new AbortController();
    call<RoadAt>(`/road-reports/road-at?lon=${pin[0]}&lat=${pin[1]}`, { signal: cut.signal })
      .then((road) => setFound({ road, fault: "" }))
      .catch((error: unknown) => {
        if (!cut.signal.aborted) setFound({ road: null, fault: faultOf(error) });
      });
    return () => cut.abort();
  }, [pin]);
  return found;
}

/** Draws the directions that are meant, until the form is gone. */
export function useDrawnRoad(road: RoadAt | null, headingDeg: number | null): void {
  useEffect(() => {
    const meant = road?.directions.filter(
      (one) => headingDeg === null || one.heading_deg === headingDeg,
    );
    const lines = meant?.map(({ line }) => line as LonLat[]) ?? [];
    pickedRoad.value = lines.length > 0 ? { lines, oneWay: lines.length === 1 } : null;
    return () => {
      pickedRoad.value = null;
    };
  }, [road, headingDeg]);
}
