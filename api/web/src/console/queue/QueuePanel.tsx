/** The left side: open incidents by risk, or the units. */

import { useComputed } from "@preact/signals";
import { Icon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
import { RoadList } from "../roads/RoadList.tsx";
import { queueFilter, queueSearch } from "../store/filters.ts";
import { type Tab, tab } from "../store/selection.ts";
import {
  incidents,
  incidentsAt,
  loadFault,
  mayDispatch,
  mayKeepRoads,
  mayTakeCalls,
  retryLoading,
  roadReports,
  units,
} from "../store/world.ts";
import { VisitList } from "../visits/VisitList.tsx";
import { t } from "../words.ts";
import { Age } from "./Age.tsx";
import { isServed, type QueueFilter, queueOf } from "./order.ts";
import { QueueRow } from "./QueueRow.tsx";
import { UnitList } from "./UnitList.tsx";

const FILTERS: QueueFilter[] = ["all", "breached", "at_risk", "no_unit"];

const filterText = (filter: QueueFilter) =>
  ({
    all: t("queue.all"),
    waiting: t("top.waiting"),
    at_risk: t("top.at_risk"),
    breached: t("top.breached"),
    no_unit: t("queue.mine"),
  })[filter];

/** Sorted every ten seconds of the server's clock: rows must not jump while one reads them. */
function useQueue() {
  return useComputed(() => {
    const steadyMs = Math.floor(now.value / 10_000) * 10_000;
    return queueOf(incidents.value ?? [], steadyMs, queueFilter.value, queueSearch.value);
  });
}

function Nothing() {
  if (incidents.value === null) {
    return loadFault.value ? (
      <div class="notice" role="alert">
        <p>{t("queue.failed")}</p>
        <p class="muted">{loadFault.value}</p>
        <button type="button" class="button" onClick={retryLoading}>
          {t("queue.again")}
        </button>
      </div>
    ) : (
      <div class="skeletons" role="status" aria-label={t("queue.loading")}>
        {[1, 2, 3, 4, 5].map((n) => (
          <span class="skeleton" key={n} />
        ))}
      </div>
    );
  }
  if (incidents.value.length > 0) {
    return (
      <div class="notice">
        <p>{t("queue.nothing")}</p>
        <p class="muted">{t("queue.closedHint")}</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            queueSearch.value = "";
            queueFilter.value = "all";
          }}
        >
          {t("queue.clear")}
        </button>
      </div>
    );
  }
  return (
    <div class="notice">
      <Icon name="check" size={28} />
      <p>{t("queue.empty")}</p>
      <p class="muted">{t("queue.emptyHint")}</p>
    </div>
  );
}

function Queue() {
  const queue = useQueue().value;
  const served = queue.filter(isServed);
  const open = queue.filter((incident) => !isServed(incident));
  return (
    <>
      <div class="list-tools">
        <label class="search">
          <Icon name="search" size={16} />
          <span class="visually-hidden">{t("queue.search")}</span>
          <input
            type="search"
            placeholder={t("queue.search")}
            value={queueSearch.value}
            onInput={(event) => {
              queueSearch.value = event.currentTarget.value;
            }}
          />
        </label>
        <fieldset class="chips" aria-label={t("queue.title")}>
          {FILTERS.map((filter) => (
            <button
              type="button"
              key={filter}
              class="chip"
              aria-pressed={queueFilter.value === filter}
              onClick={() => {
                queueFilter.value = filter;
              }}
            >
              {filterText(filter)}
            </button>
          ))}
        </fieldset>
      </div>
      <Age at={incidentsAt} fault={loadFault.value} />
      <div class="scroll">
        {queue.length === 0 && <Nothing />}
        <ul class="rows" aria-label={t("queue.title")}>
          {open.map((incident) => (
            <QueueRow incident={incident} key={incident.id} />
          ))}
        </ul>
        {served.length > 0 && (
          <>
            <h3 class="rows-title">{t("queue.served")}</h3>
            <ul class="rows">
              {served.map((incident) => (
                <QueueRow incident={incident} key={incident.id} />
              ))}
            </ul>
          </>
        )}
      </div>
    </>
  );
}

interface TabWords {
  name: Tab;
  key: string;
  text: () => string;
  count?: () => number | string | null;
  /** Whether whoever is logged in has anything to see there. */
  shown: () => boolean;
}

const TABS: TabWords[] = [
  {
    name: "incidents",
    key: "I",
    text: () => t("top.incidents"),
    count: () => incidents.value?.length ?? "–",
    shown: () => mayTakeCalls.value,
  },
  {
    name: "units",
    key: "U",
    text: () => t("top.units"),
    count: () => units.value.length,
    shown: () => mayDispatch.value,
  },
  { name: "visits", key: "V", text: () => t("top.visits"), shown: () => mayTakeCalls.value },
  {
    name: "roads",
    key: "O",
    text: () => t("top.roads"),
    count: () => roadReports.value.length || null,
    shown: () => mayKeepRoads.value,
  },
];

export function QueuePanel() {
  const shown = TABS.filter((one) => one.shown());
  const open = (shown.find(({ name }) => name === tab.value) ?? shown[0])?.name;
  return (
    <aside class="panel left" aria-label={t("queue.title")}>
      <div class="tabs" role="tablist">
        {shown.map(({ name, key, text, count }) => (
          <button
            type="button"
            role="tab"
            key={name}
            aria-selected={open === name}
            onClick={() => {
              tab.value = name;
            }}
          >
            {text()}
            {count && count() !== null && <span class="count">{count()}</span>}
            <kbd>{key}</kbd>
          </button>
        ))}
      </div>
      {open === "incidents" && <Queue />}
      {open === "units" && <UnitList />}
      {open === "visits" && <VisitList />}
      {open === "roads" && <RoadList />}
    </aside>
  );
}
