/** Whether a unit is taken away from where it is going: what that gains, and what it costs there. */

import type { Candidate, CandidateList, Incident, Unit } from "@roadflare/kit/contract.ts";
import { minutesText, secondsBetween, timeOfDay } from "@roadflare/kit/format.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { useEffect, useState } from "preact/hooks";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { seenAnew, sendUnit } from "../store/actions.ts";
import { diversion, isElsewhere, type Weighed, weighDiversion } from "../store/diversion.ts";
import { problemText } from "../store/toasts.ts";
import { incidentById, unitById } from "../store/world.ts";
import { t } from "../words.ts";

const close = () => {
  diversion.value = null;
};

/** "12:40, 10 min late" */
function arrivalText(at: string, targetAt: string): string {
  const lateS = secondsBetween(targetAt, at);
  const word = lateS > 0 ? t("why.tooLate", { minutes: minutesText(lateS) }) : t("why.onTime");
  return `${timeOfDay(at)}, ${word}`;
}

/** The best unit but this one. */
const nextBest = (list: CandidateList, unitId: number): Candidate | undefined =>
  list.items.find((one) => one.unit_id !== unitId && !one.forbidden && one.arrival_at);

const presentText = ({ job, eta_at, target_at }: Incident) =>
  job?.unit_code && eta_at
    ? `${job.unit_code} ${arrivalText(eta_at, target_at)}`
    : t("divert.nobody");

function withoutText(list: CandidateList, unit: Unit, loser: Incident): string {
  const next = nextBest(list, unit.id);
  if (next?.arrival_at) return `${next.unit_code} ${arrivalText(next.arrival_at, loser.target_at)}`;
  const helper = list.contractor;
  return helper ? t("divert.outside", { name: helper.name }) : t("divert.nobodyElse");
}

interface Sides {
  unit: Unit;
  gets: Incident;
  /** Unknown for a booked visit. */
  loses: Incident | undefined;
  weighed: Weighed;
}

function BothSides({ unit, gets, loses, weighed }: Sides) {
  const there = weighed.gets.items.find((one) => one.unit_id === unit.id)?.divert_arrival_at;
  const number = unit.job?.incident_number ?? "";
  return (
    <table class="merge-pair divert-pair">
      <thead>
        <tr>
          <td />
          <th scope="col">
            {gets.number} <small>{t("divert.gets")}</small>
          </th>
          <th scope="col">
            {number} <small>{t("divert.loses")}</small>
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t("card.place")}</th>
          <td>{placeText(gets.location.text)}</td>
          <td>{loses ? placeText(loses.location.text) : t("divert.visit")}</td>
        </tr>
        <tr>
          <th scope="row">{t("card.promise")}</th>
          <td>{timeOfDay(gets.target_at)}</td>
          <td>{loses ? timeOfDay(loses.target_at) : "–"}</td>
        </tr>
        <tr>
          <th scope="row">{t("divert.with", { unit: unit.code })}</th>
          <td>
            <b>{there ? arrivalText(there, gets.target_at) : t("divert.noWay")}</b>
          </td>
          <td>{unit.job?.eta_at && loses && arrivalText(unit.job.eta_at, loses.target_at)}</td>
        </tr>
        <tr>
          <th scope="row">{t("divert.without", { unit: unit.code })}</th>
          <td>{presentText(gets)}</td>
          <td>
            <b>
              {loses && weighed.loses
                ? withoutText(weighed.loses, unit, loses)
                : t("divert.plannedAnew")}
            </b>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** Every unit weighed for both, and sending this one. */
function useDiverting(gets: Incident, unit: Unit) {
  const [weighed, setWeighed] = useState<Weighed | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const weigh = async () => {
    try {
      setWeighed(await weighDiversion(gets.id, unit));
      return "";
    } catch (error) {
      return problemText(error);
    }
  };
  useEffect(() => {
    void weigh().then(setFault);
  }, []);
  return {
    weighed,
    fault,
    busy,
    async send(divert: boolean) {
      if (!weighed || busy) return;
      setBusy(true);
      const failed = await sendUnit(gets, unit, weighed.gets.plan_version, divert);
      if (!failed) return close();
      await seenAnew(gets);
      await weigh(); // what is pressed next builds on that
      setFault(failed);
      setBusy(false);
    },
  };
}

function Diverting({ gets, unit }: { gets: Incident; unit: Unit }) {
  const { weighed, fault, busy, send } = useDiverting(gets, unit);
  const number = unit.job?.incident_number ?? "";
  const loses = incidentById.value.get(unit.job?.incident_id ?? 0);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send(true);
  };
  const told = { unit: unit.code, number };
  return (
    <Dialog
      title={t("divert.title", { unit: unit.code, number: gets.number })}
      onClose={close}
      wide
    >
      <form class="ask" onSubmit={submit}>
        <p>{unit.state === "rolling" ? t("divert.rolls", told) : t("divert.ordered", told)}</p>
        {weighed && <BothSides unit={unit} gets={gets} loses={loses} weighed={weighed} />}
        {!weighed && !fault && <p class="muted">{t("why.loading")}</p>}
        <ul class="merge-follows">
          <li>{t("divert.becomes", told)}</li>
          {loses?.job?.lock === "unit" && <li>{t("divert.byHand", told)}</li>}
        </ul>
        <DialogFoot back={close} fault={fault} yes={t("divert.yes")} disabled={busy || !weighed}>
          <button
            type="button"
            class="button"
            disabled={busy || !weighed}
            onClick={() => void send(false)}
          >
            {t("divert.after", { number })}
          </button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** Stays away where the unit, meanwhile, has nothing left that it could be taken from. */
export function DivertDialog() {
  const asked = diversion.value;
  const gets = asked && incidentById.value.get(asked.incidentId);
  const unit = asked && unitById.value.get(asked.unitId);
  useEffect(() => {
    if (asked && !(gets && unit && isElsewhere(unit, gets.id))) close();
  });
  if (!gets || !unit || !isElsewhere(unit, gets.id)) return null;
  return <Diverting gets={gets} unit={unit} key={`${unit.id} ${gets.id}`} />;
}
