/** Which contractor is asked: the best one, unless another is chosen. */

import { offerStateText } from "@roadflare/kit/common_words.ts";
import type { ContractorChoice, Incident } from "@roadflare/kit/contract.ts";
import { moneyText, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../store/session.ts";
import { problemText } from "../store/toasts.ts";
import { t } from "../words.ts";

/** The field of a form that names the one chosen; nothing while they are not known. */
export const CONTRACTOR_FIELD = "contractor_id";

function guessText({ from_at, to_at, price_cny }: ContractorChoice): string {
  if (!from_at || !to_at) return t("ask.contractorCannot");
  const guess = t("why.contractorBetween", { window: timeRange([from_at, to_at]) });
  const money = price_cny === null ? "" : t("why.contractorFee", { money: moneyText(price_cny) });
  return [guess, money].filter(Boolean).join(" · ");
}

function Row({ choice, chosen }: { choice: ContractorChoice; chosen: boolean }) {
  const { id, name, state, silent_until } = choice;
  return (
    <li>
      <label class="contractor-choice">
        <input
          type="radio"
          name={CONTRACTOR_FIELD}
          value={id}
          defaultChecked={chosen}
          disabled={!choice.from_at}
        />
        <b>{name}</b>
        {choice.best && <span class="mark chosen">{t("ask.contractorBest")}</span>}
        {state && <span class="mark">{offerStateText(state)}</span>}
        <span class="muted">{guessText(choice)}</span>
        {silent_until && (
          <span class="text-at-risk">
            {t("ask.contractorSilent", { time: timeOfDay(silent_until) })}
          </span>
        )}
      </label>
    </li>
  );
}

export function ContractorChoices({ about }: { about: Incident }) {
  const [items, setItems] = useState<ContractorChoice[]>([]);
  const [fault, setFault] = useState("");
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    let open = true;
    call<{ items: ContractorChoice[] }>(`/incidents/${about.id}/contractors`).then(
      (found) => open && setItems(found.items),
      (error) => open && setFault(problemText(error)),
    );
    return () => {
      open = false;
    };
  }, [about.id]);
  useEffect(() => list.current?.querySelector<HTMLElement>("input:checked")?.focus(), [items]);
  const first = items.find((one) => one.best) ?? items.find((one) => one.from_at);
  return (
    <>
      <p>{t("ask.contractorHint")}</p>
      {fault && <p class="muted">{t("ask.contractorUnknown", { reason: fault })}</p>}
      <ul class="contractor-choices" ref={list}>
        {items.map((one) => (
          <Row key={one.id} choice={one} chosen={one === first} />
        ))}
      </ul>
    </>
  );
}
