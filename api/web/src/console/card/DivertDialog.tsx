/** Whether a unit is taken away from where it is going: what that gains, and what it costs there. */

import type { CandidateList, Diverted, Incident, Unit } from "@roadflare/kit/contract.ts";
import { minutesText, secondsBetween, timeOfDay } from "@roadflare/kit/format.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { useEffect, useState } from "preact/hooks";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { useConfirming } from "../shell/use_confirming.ts";
import { seenAnew, sendUnit } from "../store/actions.ts";
import { diversion, isElsewhere, weighDiversion } from "../store/diversion.ts";
import { problemText } from "../store/toasts.ts";
import { incidentById, unitById } from "../store/world.ts";
import { t } from "../words.ts";
import { divertedText, laterText, whoGoesText } from "./diverted.ts";

const close = () => {
  diversion.value = null;
};

/** "12:40, 10 min late" */
function arrivalText(at: string, targetAt: string): string {
  const lateS = secondsBetween(targetAt, at);
  const word = lateS > 0 ? t("why.tooLate", { minutes: minutesText(lateS) }) : t("why.onTime");
  return t("divert.arrival", { time: timeOfDay(at), word });
}

const presentText = ({ job, eta_at, target_at }: Incident) =>
  job?.unit_code && eta_at
    ? `${job.unit_code} ${arrivalText(eta_at, target_at)}`
    : t("divert.nobody");

/** "T-08 12:40, 10 min late · 17 min later"; of a booked visit without what it is late. */
function withoutText(next: Diverted, loser: Incident | undefined): string {
  if (!next.arrival_at || next.delay_s === null) return t("divert.nobodyElse");
  const at = next.arrival_at;
  const arrival = loser ? arrivalText(at, loser.target_at) : timeOfDay(at);
  return `${whoGoesText(next)} ${arrival} · ${laterText(next.delay_s)}`;
}

/** What diverting a unit leads to; undefined where it cannot be diverted. */
const leadsTo = (list: CandidateList | null, unit: Unit) =>
  list?.items.find((one) => one.unit_id === unit.id)?.diversion ?? undefined;

interface Sides {
  unit: Unit;
  gets: Incident;
  /** Unknown for a booked visit. */
  loses: Incident | undefined;
  weighed: CandidateList;
}

function BothSides({ unit, gets, loses, weighed }: Sides) {
  const then = leadsTo(weighed, unit);
  const [next] = then?.others ?? [];
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
            <b>{then ? arrivalText(then.arrival_at, gets.target_at) : t("divert.noWay")}</b>
          </td>
          <td>{unit.job?.eta_at && loses && arrivalText(unit.job.eta_at, loses.target_at)}</td>
        </tr>
        <tr>
          <th scope="row">{t("divert.without", { unit: unit.code })}</th>
          <td>{presentText(gets)}</td>
          <td>
            <b>{next ? withoutText(next, loses) : t("divert.plannedAnew")}</b>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** Every unit weighed, and sending this one. */
function useDiverting(gets: Incident, unit: Unit) {
  const [weighed, setWeighed] = useState<CandidateList | null>(null);
  const [unweighed, setUnweighed] = useState("");
  const { fault, busy, confirm } = useConfirming(close);
  const weigh = async () => {
    try {
      setWeighed(await weighDiversion(gets.id));
      setUnweighed("");
    } catch (error) {
      setUnweighed(problemText(error));
    }
  };
  useEffect(() => void weigh(), []);
  return {
    weighed,
    fault: fault || unweighed,
    busy,
    send(divert: boolean) {
      if (!weighed) return;
      void confirm(async () => {
        const failed = await sendUnit(gets, unit, weighed, divert);
        if (failed) {
          await seenAnew(gets);
          await weigh(); // what is pressed next builds on that
        }
        return failed;
      });
    },
  };
}

function Diverting({ gets, unit }: { gets: Incident; unit: Unit }) {
  const { weighed, fault, busy, send } = useDiverting(gets, unit);
  const number = unit.job?.incident_number ?? "";
  const loses = incidentById.value.get(unit.job?.incident_id ?? 0);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send(true);
  };
  const told = { unit: unit.code, number };
  const others = leadsTo(weighed, unit)?.others.slice(1) ?? [];
  return (
    <Dialog
      title={t("divert.title", { unit: unit.code, number: gets.number })}
      onClose={close}
      wide
    >
      <form class="ask" onSubmit={submit}>
        <p>
          <Sentence
            text={unit.state === "rolling" ? t("divert.rolls", told) : t("divert.ordered", told)}
          />
        </p>
        {weighed && <BothSides unit={unit} gets={gets} loses={loses} weighed={weighed} />}
        {!weighed && !fault && <p class="muted">{t("why.loading")}</p>}
        <ul class="merge-follows">
          {others.map((one, index) => (
            <li key={one.incident_number ?? index}>
              <Sentence text={divertedText(one, t("divert.visit"))} />
            </li>
          ))}
          <li>
            <Sentence text={t("divert.becomes", told)} />
          </li>
          {loses?.job?.lock === "unit" && (
            <li>
              <Sentence text={t("divert.byHand", told)} />
            </li>
          )}
        </ul>
        <DialogFoot back={close} fault={fault} yes={t("divert.yes")} disabled={busy || !weighed}>
          <button
            type="button"
            class="button"
            disabled={busy || !weighed}
            onClick={() => send(false)}
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
