/** The contractor that the incident could be left to, weighed like a unit. */

import type { Helper, Incident } from "@roadflare/kit/contract.ts";
import { moneyText, secondsBetween, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { t } from "../words.ts";
import { ask } from "./ask.ts";

export function HelperRow({ helper, incident }: { helper: Helper; incident: Incident }) {
  const inTime = secondsBetween(helper.to_at, incident.target_at) >= 0;
  const never = secondsBetween(helper.from_at, incident.target_at) < 0;
  const by = helper.asked ? incident.contractor?.needed_by_at : null;
  const said = [t("why.contractorFee", { money: moneyText(helper.price_cny) })];
  if (by) said.unshift(t("why.neededBy", { time: timeOfDay(by) }));
  if (helper.own_time_cny >= 1) {
    said.push(t("why.contractorFrees", { money: moneyText(helper.own_time_cny) }));
  }
  return (
    <button
      type="button"
      class={`candidate helper ${helper.asked ? "chosen" : ""}`}
      disabled={helper.asked}
      aria-label={t("why.offer", { number: incident.number, name: helper.name })}
      onClick={() => ask("contractor", incident)}
    >
      <kbd>C</kbd>
      <span class="unit-symbol">
        <Icon name="contractor" size={15} />
      </span>
      <span class="candidate-who">
        <b>{helper.name}</b> <span class="muted">{t("why.contractor")}</span>
        {helper.asked && <span class="mark chosen">{t("why.contractorAsked")}</span>}
      </span>
      <span class="candidate-cost">
        {t("why.extra", { money: moneyText(helper.extra_cost_cny) })}
      </span>
      <span class="helper-says muted">
        <span class={never ? "too-late" : inTime ? "on-time" : ""}>
          {t("why.contractorBetween", { window: timeRange([helper.from_at, helper.to_at]) })}
        </span>
        {` · ${said.join(" · ")}`}
      </span>
    </button>
  );
}
