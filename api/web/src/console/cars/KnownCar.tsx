/** A car that called before: what was done for it, and what need not be asked again. */

import { Icon } from "@roadflare/kit/icons.tsx";
import type { Draft } from "../intake/draft.ts";
import { t } from "../words.ts";
import { CarEvents } from "./CarEvents.tsx";
import { useCarHistory } from "./use_car_history.ts";

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

type Car = Pick<Draft, "plate" | "vin" | "model" | "colour" | "purchasedOn">;

/** What was said before of members that are empty now. */
function missing(draft: Draft, said: Car): Partial<Car> {
  const names = Object.keys(said) as (keyof Car)[];
  const kept = names.filter((name) => said[name] !== "" && draft[name].trim() === "");
  return Object.fromEntries(kept.map((name) => [name, said[name]]));
}

export function KnownCar({ draft, change }: Props) {
  const { history, fault } = useCarHistory(draft.plate, draft.vin);
  if (fault) return <p class="muted">{t("car.unread", { why: fault })}</p>;
  if (!history || history.incidents.length + history.visits.length === 0) return null;
  const { plate, vin, model, colour, purchased_on } = history.vehicle;
  const said = {
    plate: plate ?? "",
    vin: vin ?? "",
    model: model ?? "",
    colour: colour ?? "",
    purchasedOn: purchased_on ?? "",
  };
  const offered = missing(draft, said);
  const open = history.incidents.find(({ state }) => state !== "closed");
  return (
    <section class="known-car" aria-live="polite">
      <h3>{t("car.known")}</h3>
      <CarEvents history={history} />
      {open && <p class="text-at-risk">{t("car.joins", { number: open.number })}</p>}
      {Object.keys(offered).length > 0 && (
        <button type="button" class="button small" onClick={() => change(offered)}>
          <Icon name="check" size={14} />
          {t("car.takeOver", { parts: Object.values(offered).join(" · ") })}
        </button>
      )}
    </section>
  );
}
