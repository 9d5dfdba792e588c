/** Two incidents of one car become one: which other one it is, both side by side, what follows. */

import { faultText } from "@roadflare/kit/common_words.ts";
import type { Incident } from "@roadflare/kit/contract.ts";
import { distanceText, minutesText, timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { uniqueId } from "@roadflare/kit/unique.ts";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { helperOf } from "../queue/helper.ts";
import { stageOf } from "../queue/order.ts";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { useConfirming } from "../shell/use_confirming.ts";
import { merge, seenAnew } from "../store/actions.ts";
import { incidentById, incidents } from "../store/world.ts";
import { t } from "../words.ts";
import {
  type Duplicate,
  duplicatesOf,
  isHelped,
  isLikely,
  type Likeness,
  likeness,
  outcomeOf,
  type Pair,
  pairOf,
} from "./merging.ts";

const SHOWN = 5;

const whoComes = (it: Incident) => it.job?.unit_code ?? helperOf(it)?.name ?? null;

function likenessText(like: Likeness): string {
  return [
    like.sameCar && t("merge.sameCar"),
    like.otherCar && t("merge.otherCar"),
    like.samePhone && t("merge.samePhone"),
    t("merge.apart", { metres: distanceText(like.apartM), minutes: minutesText(like.apartS) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

interface ChoiceProps {
  found: Duplicate;
  chosen: boolean;
  choose: () => void;
}

function Choice({ found: { incident, like }, chosen, choose }: ChoiceProps) {
  return (
    <li>
      <button type="button" class="merge-choice" aria-pressed={chosen} onClick={choose}>
        <b>{incident.number}</b>
        <span>
          {faultText(incident.fault)} · {placeText(incident.location.text)}
        </span>
        <small class={isLikely(like) ? "likely" : "muted"}>{likenessText(like)}</small>
      </button>
    </li>
  );
}

function Line({ label, pair, of }: { label: string; pair: Pair; of: (it: Incident) => unknown }) {
  const told = (it: Incident) => (of(it) as ComponentChildren) || <span class="muted">–</span>;
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{told(pair.kept)}</td>
      <td>{told(pair.gone)}</td>
    </tr>
  );
}

const carText = ({ vehicle }: Incident) => (
  <>
    {vehicle.plate && <span class="plate">{vehicle.plate}</span>}{" "}
    {[vehicle.model, vehicle.colour].filter(Boolean).join(" · ")}
    {vehicle.vin && <small class="vin">{vehicle.vin}</small>}
  </>
);

const hasCar = ({ vehicle: { plate, model, colour, vin } }: Incident) =>
  Boolean(plate || model || colour || vin);

const wordsOf = (it: Incident) =>
  [it.scenario, it.symptom, it.effect, it.note].filter(Boolean).join(" · ");

const helpText = (it: Incident) =>
  [
    t(`stage.${stageOf(it)}`),
    whoComes(it),
    it.eta_at && t("row.eta", { time: timeOfDay(it.eta_at) }),
  ]
    .filter(Boolean)
    .join(" · ");

function SideBySide({ pair }: { pair: Pair }) {
  return (
    <table class="merge-pair">
      <thead>
        <tr>
          <td />
          <th scope="col">
            {pair.kept.number} <small>{t("merge.goesOn")}</small>
          </th>
          <th scope="col">
            {pair.gone.number} <small>{t("merge.closes")}</small>
          </th>
        </tr>
      </thead>
      <tbody>
        <Line label={t("merge.call")} pair={pair} of={(it) => timeOfDay(it.received_at)} />
        <Line
          label={t("card.place")}
          pair={pair}
          of={({ location }) =>
            [placeText(location.text), location.note].filter(Boolean).join(" · ")
          }
        />
        <Line label={t("card.car")} pair={pair} of={(it) => hasCar(it) && carText(it)} />
        <Line label={t("card.trouble")} pair={pair} of={(it) => faultText(it.fault)} />
        <Line label={t("merge.said")} pair={pair} of={wordsOf} />
        <Line
          label={t("card.caller")}
          pair={pair}
          of={({ caller }) => [caller.name, caller.phone].filter(Boolean).join(" ")}
        />
        <Line label={t("merge.help")} pair={pair} of={helpText} />
      </tbody>
    </table>
  );
}

const OFFERED = new Set(["offered", "accepted"]);

function consequences(pair: Pair): string[] {
  const { gone, kept } = pair;
  const { calledBack, place, promise } = outcomeOf(pair);
  const unit = gone.job?.unit_code;
  const bound = unit && gone.state !== "waiting" ? unit : null;
  const asked = gone.contractor && OFFERED.has(gone.contractor.state) ? gone.contractor : null;
  return [
    t("merge.willClose", { gone: gone.number, kept: kept.number }),
    bound && t("merge.willWithdraw", { unit: bound }),
    asked && t("merge.willWithdraw", { unit: asked.name }),
    t("merge.willPromise", { time: timeOfDay(promise.target_at), number: promise.number }),
    t("merge.willPlace", { place: placeText(place.location.text), number: place.number }),
    t("merge.willCall", { phone: calledBack.caller.phone, number: calledBack.number }),
  ].filter((line): line is string => Boolean(line));
}

function WhatFollows({ pair, turn }: { pair: Pair; turn: () => void }) {
  const { gone, kept } = pair;
  const like = likeness(gone, kept);
  return (
    <>
      <SideBySide pair={pair} />
      {like.otherCar && (
        <p class="safety danger">
          <Icon name="warning" size={18} />
          {t("merge.otherCarWarning")}
        </p>
      )}
      {isHelped(gone) ? (
        <p class="safety">
          <Icon name="warning" size={18} />
          <span>
            <Sentence
              text={
                isHelped(kept) ? t("merge.bothHelped") : t("merge.helped", { number: gone.number })
              }
            />
          </span>
        </p>
      ) : (
        <ul class="merge-follows">
          {consequences(pair).map((line) => (
            <li key={line}>
              <Sentence text={line} />
            </li>
          ))}
        </ul>
      )}
      <button type="button" class="button small merge-turn" onClick={turn}>
        {t("merge.turn", { number: gone.number })}
      </button>
    </>
  );
}

/** Who was chosen, which way round, and sending that once. */
function useMerging(about: Incident, close: () => void) {
  const [otherId, setOtherId] = useState<number | null>(null);
  const [turned, setTurned] = useState(false);
  const { fault, busy, forget, confirm } = useConfirming(close);
  const key = useRef(uniqueId());
  const mine = incidentById.value.get(about.id) ?? about;
  const other = otherId === null ? undefined : incidentById.value.get(otherId);
  const usual = other && pairOf(mine, other);
  const pair = usual && (turned ? { gone: usual.kept, kept: usual.gone } : usual);
  const anew = () => {
    forget();
    key.current = uniqueId();
  };
  return {
    pair,
    fault,
    busy,
    choose(id: number | null) {
      setOtherId(id);
      setTurned(false);
      anew();
    },
    turn() {
      setTurned(!turned);
      anew();
    },
    send() {
      if (!pair || isHelped(pair.gone)) return;
      void confirm(async () => {
        const failed = await merge(pair.gone, pair.kept, key.current);
        if (failed) {
          await Promise.all([seenAnew(pair.gone), seenAnew(pair.kept)]);
          key.current = uniqueId();
        }
        return failed;
      });
    },
  };
}

export function MergeDialog({ about, close }: { about: Incident; close: () => void }) {
  const [typed, setTyped] = useState("");
  const { pair, fault, busy, choose, turn, send } = useMerging(about, close);
  const found = duplicatesOf(about, incidents.value ?? [], typed);
  const chosenId = pair && (pair.gone.id === about.id ? pair.kept.id : pair.gone.id);
  // Once one is chosen the others make room for what follows; pressed again, they are back.
  const shown = pair ? found.filter(({ incident }) => incident.id === chosenId) : found;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const [first] = found;
    if (pair) send();
    else if (first) choose(first.incident.id); // seen before it is joined
  };
  return (
    <Dialog title={t("merge.title", { number: about.number })} onClose={close} wide>
      <form class="ask" onSubmit={submit}>
        <label>
          {t("merge.which")}
          <input
            value={typed}
            autocomplete="off"
            placeholder={t("merge.search")}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              choose(null);
            }}
          />
        </label>
        {found.length === 0 && <p class="muted">{t("merge.none")}</p>}
        <ul class="merge-choices">
          {shown.slice(0, SHOWN).map((one) => (
            <Choice
              key={one.incident.id}
              found={one}
              chosen={one.incident.id === chosenId}
              choose={() => choose(pair ? null : one.incident.id)}
            />
          ))}
        </ul>
        {pair && <WhatFollows pair={pair} turn={turn} />}
        <DialogFoot
          back={close}
          fault={fault}
          yes={
            pair
              ? t("merge.yes", { gone: pair.gone.number, kept: pair.kept.number })
              : t("merge.look")
          }
          disabled={busy || (pair ? isHelped(pair.gone) : found.length === 0)}
        />
      </form>
    </Dialog>
  );
}
