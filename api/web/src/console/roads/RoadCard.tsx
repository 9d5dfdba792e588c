/** One road report: which road, what, until when, by whom; and taking it back. */

import type { LonLat, RoadReport } from "@roadflare/kit/contract.ts";
import { dayOf, minutesText, timeOfDay, timezone } from "@roadflare/kit/format.ts";
import { boundsOf } from "@roadflare/kit/map/geo.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { CardHead, ShowOnMap } from "../card/CardHead.tsx";
import { ONE_ROAD } from "../map/view.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { useConfirming } from "../shell/use_confirming.ts";
import { roadDrafts } from "../store/drafts.ts";
import { takeRoadBack } from "../store/roads.ts";
import { openRoadCard, reportRoad, takingRoadBack } from "../store/selection.ts";
import { t } from "../words.ts";
import { RoadMark } from "./RoadList.tsx";
import { likeReport } from "./road_draft.ts";
import {
  betweenText,
  effectText,
  headingText,
  lengthText,
  roadName,
  untilText,
} from "./road_words.ts";

/** The middle of what is drawn. */
export function middleOf({ geometry }: Pick<RoadReport, "geometry">): LonLat | null {
  const box = boundsOf(geometry.coordinates.flat() as LonLat[]);
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

function Facts({ report }: { report: RoadReport }) {
  const between = betweenText(report);
  const leftS = report.until ? (Date.parse(report.until) - now.value) / 1000 : null;
  return (
    <dl class="facts">
      <dt>{t("road.stretch")}</dt>
      <dd>
        {[between, lengthText(report)].filter(Boolean).join(", ")}
        <p>
          {report.heading_deg === null
            ? t("road.allDirections")
            : t("road.only", { way: headingText(report.heading_deg) })}
        </p>
      </dd>
      <dt>{t("road.inForce")}</dt>
      <dd>
        <b>{untilText(report.until)}</b>
        {leftS !== null && leftS > 0 && ` (${minutesText(leftS)})`}
      </dd>
      {report.note && (
        <>
          <dt>{t("ask.note")}</dt>
          <dd class="road-note">{report.note}</dd>
        </>
      )}
      <dt>{t("road.by")}</dt>
      <dd>
        {report.made_by}, {dayOf(report.made_at)} {timeOfDay(report.made_at)}
      </dd>
    </dl>
  );
}

function TakeBack({ report }: { report: RoadReport }) {
  const close = () => {
    takingRoadBack.value = false;
  };
  const road = roadName(report.roads);
  const { fault, busy, confirm } = useConfirming(close);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void confirm(() => takeRoadBack(report, t("road.takenBack", { road })));
  };
  return (
    <Dialog title={t("road.takeBackTitle", { road })} onClose={close}>
      <form class="ask" onSubmit={submit}>
        <p>{t("road.takeBackHint")}</p>
        <DialogFoot back={close} fault={fault} disabled={busy} />
      </form>
    </Dialog>
  );
}

/** The form, beginning like a report; what was left in it gives way. */
function reportLike(report: RoadReport): void {
  roadDrafts.clear();
  roadDrafts.more.value = {
    ...likeReport(report, now.peek(), timezone.peek() ?? undefined),
    headed: "",
  };
  reportRoad();
}

export function RoadCard({ report }: { report: RoadReport }) {
  const middle = middleOf(report);
  return (
    <article class="card" aria-label={roadName(report.roads)}>
      <CardHead title={roadName(report.roads)} close={() => openRoadCard(null)}>
        {middle && <ShowOnMap at={middle} zoom={ONE_ROAD} />}
      </CardHead>
      <div class="scroll">
        <p class={report.effect === "closed" ? "safety danger" : "safety"}>
          <RoadMark closed={report.effect === "closed"} />
          {effectText(report)}
        </p>
        <div class="actions">
          <button
            type="button"
            class="button danger"
            onClick={() => {
              takingRoadBack.value = true;
            }}
          >
            {t("road.takeBack")} <kbd>X</kbd>
          </button>
          <button type="button" class="button" onClick={() => reportLike(report)}>
            {t("road.another")}
          </button>
        </div>
        <Facts report={report} />
      </div>
      {takingRoadBack.value && <TakeBack report={report} />}
    </article>
  );
}
