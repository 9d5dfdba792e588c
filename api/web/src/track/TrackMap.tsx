/** Where help is. The map's code is fetched only when there is something to show on it. */

import type { LonLat, Track } from "@roadflare/kit/contract.ts";
import type { Journey, SmallMap } from "@roadflare/kit/map/small_map.ts";
import { smallMapCode } from "@roadflare/kit/map/small_map_code.ts";
import { useEffect, useRef } from "preact/hooks";
import { isPartner } from "./headline.ts";
import { t } from "./words.ts";

function journeyOf(track: Track): Journey {
  const { unit, location, route } = track;
  const driving = unit && unit.lon !== null && unit.lat !== null;
  return {
    car: [location.lon, location.lat],
    unit: driving ? { at: [unit.lon as number, unit.lat as number], kind: unit.kind } : null,
    route: driving && route ? (route.coordinates as LonLat[]) : null,
    destination: null,
  };
}

/** What the map does not show yet, or never will. */
function hint({ unit, stage, kind }: Track): string | null {
  if (!unit || !["assigned", "finishing_other_job", "on_the_way"].includes(stage)) return null;
  if (isPartner(unit.kind)) return t("map.partner");
  if (unit.lon !== null) return null;
  return t(kind === "appointment" ? "map.hiddenVisit" : "map.hidden");
}

export function TrackMap({ track }: { track: Track }) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<SmallMap | null>(null);
  const latest = useRef(track);
  latest.current = track;
  useEffect(() => {
    const left = new AbortController();
    void smallMapCode(left.signal).then((code) => {
      if (!code || left.signal.aborted || !box.current) return;
      const { basemap, bounds, attribution } = latest.current;
      drawn.current = code.drawSmallMap({ box: box.current, basemap, bounds, attribution });
      drawn.current.show(journeyOf(latest.current));
    });
    return () => {
      left.abort();
      drawn.current?.remove();
    };
  }, []);
  useEffect(() => drawn.current?.show(journeyOf(track)), [track]);
  const hidden = hint(track);
  return (
    <section class="track-map" aria-label={t("map.label")}>
      <div class="map-box" ref={box} />
      {hidden && <p class="map-hint">{hidden}</p>}
    </section>
  );
}
