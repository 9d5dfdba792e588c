/** One booked visit: its code, the owner's link, and calling it off. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { dayOf, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { CardHead, ShowOnMap } from "../card/CardHead.tsx";
import { OwnerLink } from "../card/OwnerLink.tsx";
import { Photos } from "../card/Photos.tsx";
import { Rated } from "../card/Rated.tsx";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { useConfirming } from "../shell/use_confirming.ts";
import { cancellingVisit, movingVisit, openVisitCard } from "../store/selection.ts";
import { cancelVisit } from "../store/visits.ts";
import { t } from "../words.ts";
import { MoveVisit } from "./MoveVisit.tsx";
import { visitKind, visitStage } from "./visit_words.ts";

/** Stages in which nothing is left to be done. */
const OVER: ReadonlySet<Appointment["stage"]> = new Set(["done", "failed", "cancelled"]);

const when = (window: readonly [string, string]) => `${dayOf(window[0])} ${timeRange(window)}`;

function Facts({ visit }: { visit: Appointment }) {
  const { vehicle, caller, location } = visit;
  const car = [vehicle.model, vehicle.colour].filter(Boolean).join(" · ");
  return (
    <dl class="facts">
      {visit.rating && (
        <>
          <dt>{t("card.rating")}</dt>
          <dd>
            <Rated rating={visit.rating} />
          </dd>
        </>
      )}
      <dt>{visit.return_window ? t("visit.fetch") : t("visit.window")}</dt>
      <dd>
        <b>{when(visit.window)}</b>
      </dd>
      {visit.return_window && (
        <>
          <dt>{t("visit.back")}</dt>
          <dd>
            <b>{when(visit.return_window)}</b>
          </dd>
        </>
      )}
      <dt>{t("card.place")}</dt>
      <dd>
        {placeText(location.text)}
        {location.note && <p class="muted">{location.note}</p>}
      </dd>
      <dt>{t("card.car")}</dt>
      <dd>
        {vehicle.plate && <span class="plate">{vehicle.plate}</span>} {car}
      </dd>
      <dt>{t("card.caller")}</dt>
      <dd>
        {caller.name} <span class="phone">{caller.phone}</span>
      </dd>
      <dt>{t("visit.unit")}</dt>
      <dd>
        {visit.unit_code ?? <span class="muted">{t("visit.unplanned")}</span>}
        {visit.planned_arrival_at && ` · ${timeOfDay(visit.planned_arrival_at)}`}
        {visit.state !== "cancelled" && <p class="muted">{visitStage(visit)}</p>}
      </dd>
      {visit.note && (
        <>
          <dt>{t("visit.note")}</dt>
          <dd>{visit.note}</dd>
        </>
      )}
    </dl>
  );
}

export function CancelVisit({ visit }: { visit: Appointment }) {
  const close = () => {
    cancellingVisit.value = false;
  };
  const { fault, busy, confirm } = useConfirming(close);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const reason = String(form.get("text") ?? "").trim();
    void confirm(() => cancelVisit(visit, reason, t("visit.cancelledDone", { code: visit.code })));
  };
  return (
    <Dialog title={t("visit.cancelTitle", { code: visit.code })} onClose={close}>
      <form class="ask" onSubmit={submit}>
        <label>
          {t("ask.reason")}
          <input name="text" required pattern=".*\S.*" maxLength={200} autocomplete="off" />
        </label>
        <DialogFoot back={close} fault={fault} disabled={busy} />
      </form>
    </Dialog>
  );
}

function Actions({ visit }: { visit: Appointment }) {
  return (
    <div class="actions">
      {visit.can_move && (
        <button
          type="button"
          class="button"
          onClick={() => {
            movingVisit.value = true;
          }}
        >
          {t("visit.move")} <kbd>E</kbd>
        </button>
      )}
      {visit.can_cancel && (
        <button
          type="button"
          class="button danger"
          onClick={() => {
            cancellingVisit.value = true;
          }}
        >
          {t("visit.cancel")} <kbd>X</kbd>
        </button>
      )}
    </div>
  );
}

/** What is left to do about it where it cannot be called off any more: its crew can. */
function Instead({ visit }: { visit: Appointment }) {
  if (visit.can_cancel || OVER.has(visit.stage)) return null;
  return (
    <p class="visit-instead">
      {visit.stage === "at_centre" || !visit.unit_code
        ? t("visit.withUs")
        : t("visit.underWay", { unit: visit.unit_code })}
    </p>
  );
}

export function VisitCard({ visit }: { visit: Appointment }) {
  const { lon, lat } = visit.location;
  return (
    <article class="card" aria-label={visit.code}>
      <CardHead title={visit.code} close={() => openVisitCard(null)}>
        <b>{visitKind(visit)}</b>
        <ShowOnMap at={[lon, lat]} />
      </CardHead>
      <div class="scroll">
        {visit.state === "cancelled" && <p class="safety">{t("visit.cancelled")}</p>}
        {(visit.can_move || visit.can_cancel) && <Actions visit={visit} />}
        <Instead visit={visit} />
        <Facts visit={visit} />
        <Photos
          of={`/appointments/${visit.id}`}
          photos={visit.photos}
          missing={visit.missing_photos}
        />
        {visit.track_url && <OwnerLink url={visit.track_url} />}
      </div>
      {cancellingVisit.value && <CancelVisit visit={visit} />}
      {movingVisit.value && <MoveVisit visit={visit} />}
    </article>
  );
}
