/** The reports in force, the newest first. */

import type { RoadReport } from "@roadflare/kit/contract.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { Age } from "../queue/Age.tsx";
import { openRoadCard, openRoadId, reportRoad } from "../store/selection.ts";
import { roadReports, roadsAt } from "../store/world.ts";
import { t } from "../words.ts";
import { betweenText, effectText, headingText, roadName, untilText } from "./road_words.ts";

function Row({ report }: { report: RoadReport }) {
  const selected = openRoadId.value === report.id;
  const way = report.heading_deg === null ? "" : headingText(report.heading_deg);
  return (
    <li>
      <button
        type="button"
        class={`row road-row ${selected ? "selected" : ""}`}
        aria-pressed={selected}
        data-road={report.id}
        onClick={() => openRoadCard(report.id)}
      >
        <RoadMark closed={report.effect === "closed"} />
        <span class="road-what">
          <b>{roadName(report.roads)}</b>
          <small>{[way, betweenText(report)].filter(Boolean).join(" · ")}</small>
          <small>
            <b>{effectText(report)}</b> · {untilText(report.until)}
          </small>
          {report.note && <small class="road-note">{report.note}</small>}
        </span>
      </button>
    </li>
  );
}

export const RoadMark = ({ closed }: { closed: boolean }) => (
  <span class={closed ? "text-breached" : "text-at-risk"}>
    <Icon name={closed ? "closed" : "slow"} size={18} />
  </span>
);

export function RoadList() {
  return (
    <>
      <div class="list-tools">
        <button type="button" class="button primary" onClick={reportRoad}>
          <Icon name="plus" size={16} />
          {t("road.report")} <kbd>T</kbd>
        </button>
      </div>
      <Age at={roadsAt} />
      <div class="scroll">
        {roadReports.value.length === 0 && (
          <div class="notice">
            <p>{t("road.none")}</p>
            <p class="muted">{t("road.noneHint")}</p>
          </div>
        )}
        <ul class="rows" aria-label={t("top.roads")}>
          {roadReports.value.toReversed().map((report) => (
            <Row report={report} key={report.id} />
          ))}
        </ul>
      </div>
    </>
  );
}
