/** Units by what they do, to open or to drag onto an incident. */

import { kindText, unitStateText } from "@roadflare/kit/common_words.ts";
import type { Unit, UnitState } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon, KindIcon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { skillText } from "../skills.ts";
import { unitFilter, unitSearch } from "../store/filters.ts";
import { openUnitCard, openUnitId } from "../store/selection.ts";
import { units, unitsAt } from "../store/world.ts";
import { t } from "../words.ts";
import { Age } from "./Age.tsx";
import { dragUnit } from "./drag.ts";

const STATE_RANK: Record<UnitState, number> = {
  idle: 0,
  rolling: 1,
  on_site: 2,
  loaded: 3,
  paused: 4,
  off_shift: 5,
};
const FILTERS = ["all", "idle", "rolling", "on_site"] as const;

function fits(unit: Unit, words: string[]): boolean {
  const shown = unitFilter.value;
  const state = unit.state === "loaded" ? "on_site" : unit.state;
  if (shown !== "all" && state !== shown) return false;
  const skills = unit.has.flatMap((name) => [name, skillText(name)]);
  const text = [unit.code, unit.name, kindText(unit.kind), ...skills].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function UnitRow({ unit }: { unit: Unit }) {
  return (
    <li>
      <button
        type="button"
        class={`unit-row ${unit.state}`}
        aria-current={openUnitId.value === unit.id}
        title={t("units.drag")}
        onClick={() => openUnitCard(unit.id)}
        {...dragUnit(unit.id)}
      >
        <span class={`unit-symbol ${unit.state}`}>
          <KindIcon kind={unit.kind} size={16} />
        </span>
        <span class="unit-head">
          <b>{unit.code}</b> {kindText(unit.kind)}
          {unit.ownership === "contractor" && <span class="mark">{t("unit.contractor")}</span>}
        </span>
        <span class="unit-crew">{unit.name}</span>
        <span class="unit-doing">
          <b class={`unit-state ${unit.state}`}>{unitStateText(unit.state)}</b>
          {unit.job ? (
            <span>
              <Sentence text={t("units.to", { number: unit.job.incident_number })} />
            </span>
          ) : (
            unit.shift_end_at && (
              <span class="muted">{t("units.shift", { time: timeOfDay(unit.shift_end_at) })}</span>
            )
          )}
        </span>
        <Icon name="grip" size={16} />
      </button>
    </li>
  );
}

export function UnitList() {
  const words = unitSearch.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = units.value
    .filter((unit) => fits(unit, words))
    .sort((a, b) => STATE_RANK[a.state] - STATE_RANK[b.state] || a.code.localeCompare(b.code));
  return (
    <>
      <div class="list-tools">
        <label class="search">
          <Icon name="search" size={16} />
          <span class="visually-hidden">{t("units.search")}</span>
          <input
            type="search"
            placeholder={t("units.search")}
            value={unitSearch.value}
            onInput={(event) => {
              unitSearch.value = event.currentTarget.value;
            }}
          />
        </label>
        <fieldset class="chips" aria-label={t("top.units")}>
          {FILTERS.map((filter) => (
            <button
              type="button"
              key={filter}
              class="chip"
              aria-pressed={unitFilter.value === filter}
              onClick={() => {
                unitFilter.value = filter;
              }}
            >
              {filter === "all" ? t("queue.all") : unitStateText(filter)}
            </button>
          ))}
        </fieldset>
      </div>
      <Age at={unitsAt} />
      <div class="scroll">
        {shown.length === 0 && <div class="notice">{t("units.nothing")}</div>}
        <ul class="rows">
          {shown.map((unit) => (
            <UnitRow unit={unit} key={unit.id} />
          ))}
        </ul>
      </div>
    </>
  );
}
