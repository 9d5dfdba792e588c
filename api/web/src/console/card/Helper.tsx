/** The contractor that the incident could be left to, weighed like a unit; those that are silent. */

import type { Helper, Incident, SilentHelper } from "@roadflare/kit/contract.ts";
import { moneyText, secondsBetween, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
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

function silentText({ n_offers: n, since_at, again_at }: SilentHelper): string {
  const since = timeOfDay(since_at);
  if (secondsBetween(now.value, again_at) <= 0) return t("why.silentTried", { n, since });
  return t("why.silent", { n, since, again: timeOfDay(again_at) });
}

/** Who could do it and is not asked, since nobody answers there. */
export function SilentHelpers({ silent }: { silent: SilentHelper[] }) {
  if (silent.length === 0) return null;
  return (
    <ul class="silent-helpers">
      {silent.map((helper) => (
        <li key={helper.name}>
          <span class="unit-symbol">
            <Icon name="contractor" size={15} />
          </span>
          <span class="candidate-who">
            <b>{helper.name}</b> <span class="muted">{t("why.contractor")}</span>
          </span>
          <span class="helper-says muted">{silentText(helper)}</span>
        </li>
      ))}
    </ul>
  );
}
