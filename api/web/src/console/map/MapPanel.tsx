/** The middle: the map, with its few buttons and a word when the selection lies outside of it. */

import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { useEffect, useRef, useState } from "preact/hooks";
import { reportingRoad, reportRoad, selectedIncident } from "../store/selection.ts";
import { mayKeepRoads, region, regionFault } from "../store/world.ts";
import { t } from "../words.ts";
import { bounds, drawConsoleMap } from "./console_map.ts";
import { picking, showOnMap } from "./view.ts";

function Outside() {
  const incident = selectedIncident.value;
  const seen = bounds.value;
  if (!incident || !seen) return null;
  const { lon, lat } = incident.location;
  const [west, south, east, north] = seen;
  if (lon >= west && lon <= east && lat >= south && lat <= north) return null;
  return (
    <p class="map-note">
      <span>
        <Sentence text={t("map.outside", { number: incident.number })} />
      </span>
      <button type="button" class="button small" onClick={() => showOnMap([lon, lat])}>
        {t("map.show")} <kbd>M</kbd>
      </button>
    </p>
  );
}

export function MapPanel() {
  const box = useRef<HTMLDivElement>(null);
  const [fault, setFault] = useState("");
  const ready = region.value;
  const failed = fault || (!ready && regionFault.value);
  useEffect(() => {
    if (!box.current || !ready) return;
    try {
      return drawConsoleMap(box.current, ready);
    } catch (error) {
      setFault(String(error));
    }
  }, [ready]);
  return (
    <section class="map" aria-label={t("map.label")}>
      <div class="map-box" ref={box} />
      <div class="map-buttons">
        <button
          type="button"
          class="button icon-only"
          aria-label={t("map.zoomIn")}
          onClick={() => showOnMap("in")}
        >
          +
        </button>
        <button
          type="button"
          class="button icon-only"
          aria-label={t("map.zoomOut")}
          onClick={() => showOnMap("out")}
        >
          −
        </button>
        <button
          type="button"
          class="button icon-only"
          aria-label={t("map.region")}
          title={t("map.region")}
          onClick={() => showOnMap("region")}
        >
          <Icon name="place" size={16} />
        </button>
        {mayKeepRoads.value && (
          <button
            type="button"
            class="button icon-only"
            aria-label={t("road.report")}
            title={`${t("road.report")} (T)`}
            onClick={reportRoad}
          >
            <Icon name="closed" size={17} />
          </button>
        )}
      </div>
      {picking.value && (
        <p class="map-note">{reportingRoad.value ? t("map.pickRoad") : t("map.pick")}</p>
      )}
      <Outside />
      {failed && (
        <p class="map-note" role="alert">
          {t("map.failed", { reason: failed })}
        </p>
      )}
    </section>
  );
}
