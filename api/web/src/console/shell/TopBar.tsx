/** The top: the state of the region in numbers, the clock, the connection. */

import { dayOf, percentText, timeOfDayWithSeconds } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { clockSpeed, now } from "@roadflare/kit/server_clock.ts";
import { setTheme, theme } from "@roadflare/kit/theme.ts";
import { said } from "@roadflare/kit/words.ts";
import type { ComponentChildren } from "preact";
import type { QueueFilter } from "../queue/order.ts";
import { RiskMark } from "../queue/RiskMark.tsx";
import { bellOn, setBell } from "../store/bell.ts";
import { countAll, keptShare, type Counts as Numbers } from "../store/counts.ts";
import { callDrafts } from "../store/drafts.ts";
import { queueFilter, unitFilter } from "../store/filters.ts";
import { openCommandBar, overlay, tab, takeCall, takingCall } from "../store/selection.ts";
import { logOut } from "../store/session.ts";
import {
  closedToday,
  incidents,
  mayDispatch,
  mayTakeCalls,
  region,
  units,
} from "../store/world.ts";
import { t } from "../words.ts";
import { ConnectionMark } from "./ConnectionMark.tsx";
import { LanguageSwitch } from "./LanguageSwitch.tsx";

interface CountProps {
  label: string;
  value: number | string;
  tone?: string;
  title?: string;
  mark?: ComponentChildren;
  onClick?: () => void;
}

function Count({ label, value, tone = "", title, mark, onClick }: CountProps) {
  return (
    <button type="button" class={`top-count ${tone}`} title={title} onClick={onClick}>
      <b>
        {mark}
        {value}
      </b>
      <span>{label}</span>
    </button>
  );
}

function showQueue(filter: QueueFilter) {
  tab.value = "incidents";
  queueFilter.value = queueFilter.value === filter ? "all" : filter;
}

function showUnits(filter: typeof unitFilter.value) {
  tab.value = "units";
  unitFilter.value = filter;
}

/** For who is told of units; others would read that there are none. */
function UnitCounts({ counts }: { counts: Numbers }) {
  return (
    <>
      <span class="top-rule" />
      <Count label={t("top.idle")} value={counts.idle} onClick={() => showUnits("idle")} />
      <Count label={t("top.rolling")} value={counts.rolling} onClick={() => showUnits("rolling")} />
      <Count label={t("top.on_site")} value={counts.on_site} onClick={() => showUnits("on_site")} />
    </>
  );
}

function Counts() {
  const open = incidents.value ?? [];
  const counts = countAll(open, units.value);
  const kept = keptShare([...open, ...closedToday.value]);
  return (
    <nav class="top-counts" aria-label={t("queue.title")}>
      <Count label={t("top.waiting")} value={counts.waiting} onClick={() => showQueue("waiting")} />
      <Count
        label={t("top.at_risk")}
        value={counts.at_risk}
        tone={counts.at_risk > 0 ? "at_risk" : ""}
        mark={<RiskMark risk="at_risk" size={14} />}
        onClick={() => showQueue("at_risk")}
      />
      <Count
        label={t("top.breached")}
        value={counts.breached}
        tone={counts.breached > 0 ? "breached" : ""}
        mark={<RiskMark risk="breached" size={14} />}
        onClick={() => showQueue("breached")}
      />
      {mayDispatch.value && <UnitCounts counts={counts} />}
      <span class="top-rule" />
      <Count
        label={t("top.kept")}
        value={kept ? percentText(kept.share) : "–"}
        title={kept ? t("top.keptTitle", { n: kept.due }) : t("top.keptNone")}
        onClick={() => showQueue("all")}
      />
    </nav>
  );
}

function RegionClock() {
  return (
    <p class="top-clock">
      <b>{timeOfDayWithSeconds(now.value)}</b>
      <span>
        {dayOf(now.value)}
        {clockSpeed.value !== 1 && (
          <em title={t("top.speed", { n: clockSpeed.value })}> ×{clockSpeed.value}</em>
        )}
      </span>
    </p>
  );
}

export function TopBar() {
  return (
    <header class="top">
      <h1 class="top-name">
        <img src="./flare.svg" alt="Roadflare" width="26" height="26" />
        <span>{region.value ? said(region.value.title) : "Roadflare"}</span>
      </h1>
      {mayTakeCalls.value ? <Counts /> : <span class="top-counts" />}
      <RegionClock />
      <ConnectionMark />
      <div class="top-tools">
        {mayDispatch.value && (
          <button
            type="button"
            class="button quiet icon-only"
            aria-pressed={bellOn.value}
            aria-label={t("top.bell")}
            title={t(bellOn.value ? "top.bellOff" : "top.bellOn")}
            onClick={() => setBell(!bellOn.value)}
          >
            <Icon name={bellOn.value ? "alarm" : "silent"} size={18} />
          </button>
        )}
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("top.theme")}
          title={`${t("top.theme")} (D)`}
          onClick={() => setTheme(theme.value === "dark" ? "light" : "dark")}
        >
          <Icon name={theme.value === "dark" ? "sun" : "moon"} size={18} />
        </button>
        <LanguageSwitch />
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("top.help")}
          title={t("top.help")}
          onClick={() => {
            overlay.value = "help";
          }}
        >
          <kbd>?</kbd>
        </button>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("cmd.title")}
          title={t("cmd.title")}
          onClick={openCommandBar}
        >
          <kbd>/</kbd>
        </button>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("top.logout")}
          title={t("top.logout")}
          onClick={() => logOut()}
        >
          <Icon name="logout" size={17} />
        </button>
        {mayTakeCalls.value && (
          <button type="button" class="button primary" onClick={takeCall}>
            {callDrafts.begun() && !takingCall.value ? t("top.continue") : t("top.new")}{" "}
            <kbd>N</kbd>
          </button>
        )}
      </div>
    </header>
  );
}
