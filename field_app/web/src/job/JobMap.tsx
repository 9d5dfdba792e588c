/** A small map of the way; its code is fetched when there is a job. */

import { useSignalEffect } from "@preact/signals";
import type { FieldJob, LonLat } from "@roadflare/kit/contract.ts";
import type { SmallMap } from "@roadflare/kit/map/small_map.ts";
import { smallMapCode } from "@roadflare/kit/map/small_map_code.ts";
import { useEffect, useRef } from "preact/hooks";
import { here } from "../store/positions.ts";
import { regionKnown } from "../store/region.ts";
import { current, list } from "../store/sync.ts";
import { t } from "../words.ts";
import { routeOf } from "./route.ts";

/** Without a network there is no map yet; place and navigation stay. */
async function draw(box: HTMLElement, left: AbortSignal): Promise<SmallMap | null> {
  const [code, region] = await Promise.all([smallMapCode(left), regionKnown(left)]);
  if (!code || !region || left.aborted) return null;
  const { basemap, bounds, attribution } = region;
  return code.drawSmallMap({ box, basemap, bounds, attribution });
}

function update(map: SmallMap, job: FieldJob): void {
  const at = here.value;
  const kind = list.value?.unit.kind ?? "repair";
  const unit = at ? { at: [at.lon, at.lat] as LonLat, kind } : null;
  const end = job.destination;
  const route = routeOf(job)?.points as LonLat[] | undefined;
  map.show({
    car: [job.location.lon, job.location.lat],
    unit: job.state === "on_site" ? null : unit,
    route: route ?? null,
    destination: end && job.state === "loaded" ? { at: [end.lon, end.lat], name: end.name } : null,
  });
}

export function JobMap() {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<SmallMap | null>(null);
  useEffect(() => {
    const left = new AbortController();
    void draw(box.current as HTMLElement, left.signal).then((map) => {
      drawn.current = map;
      if (map && current.value) update(map, current.value);
    });
    return () => {
      left.abort();
      drawn.current?.remove();
    };
  }, []);
  useSignalEffect(() => {
    const job = current.value;
    // Read here, so that each fix and each route moves the map.
    void here.value;
    if (job) void routeOf(job);
    if (job && drawn.current) update(drawn.current, job);
  });
  return (
    <section class="job-map" aria-label={t("job.map")}>
      <div class="map-box" ref={box} />
    </section>
  );
}
