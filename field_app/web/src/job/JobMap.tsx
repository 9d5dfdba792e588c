/** A small map of the way; its code is fetched when there is a job. */

import { useSignalEffect } from "@preact/signals";
import type { FieldJob, LonLat, Region } from "@roadflare/kit/contract.ts";
import type { SmallMap } from "@roadflare/kit/map/small_map.ts";
import { useEffect, useRef } from "preact/hooks";
import { here } from "../store/positions.ts";
import { call } from "../store/session.ts";
import { current, list } from "../store/sync.ts";
import { t } from "../words.ts";
import { routeOf } from "./route.ts";

async function draw(box: HTMLElement): Promise<SmallMap> {
  const [{ drawSmallMap }, region] = await Promise.all([
    import("@roadflare/kit/map/small_map.ts"),
    call<Region>("/region"),
  ]);
  const { basemap, bounds, attribution } = region;
  return drawSmallMap({ box, basemap, bounds, attribution });
}

function update(map: SmallMap, job: FieldJob): void {
  const at = here.value;
  const kind = list.value?.unit.kind ?? "repair";
  const unit = at ? { at: [at.longitude, at.latitude] as LonLat, kind } : null;
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
    let left = false;
    draw(box.current as HTMLElement)
      .then((map) => {
        if (left) return map.remove();
        drawn.current = map;
        if (current.value) update(map, current.value);
      })
      .catch(() => {
        // Without a network there is no map; place and navigation stay.
      });
    return () => {
      left = true;
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
