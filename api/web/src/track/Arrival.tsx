/** When help comes: a range, never a false minute; and what was promised. */

import type { Track } from "@roadflare/kit/contract.ts";
import { dayOf, secondsBetween, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { said } from "@roadflare/kit/words.ts";
import { minutesRange, WAITING } from "./headline.ts";
import { connection } from "./store.ts";
import { windowsAhead } from "./visit.ts";
import { t } from "./words.ts";

/** Said only by who knows: without a connection help may have come long since. */
function Late({ track: { promised_at } }: { track: Track }) {
  if (!connection.value.connected || !promised_at) return null;
  const isLate = secondsBetween(promised_at, now.value) > 0;
  return isLate ? <strong class="late">{t("promise.late")}</strong> : null;
}

function Promised({ track }: { track: Track }) {
  if (!track.promised_at) return null;
  const time = timeOfDay(track.promised_at);
  return (
    <p class="promise">
      {track.promise_reason ? t("promise.new", { time }) : t("promise.by", { time })}
      {track.promise_reason && <span class="muted"> · {said(track.promise_reason)}</span>}
      <Late track={track} />
    </p>
  );
}

function Appointment({ track }: { track: Track }) {
  const ahead = windowsAhead(track);
  if (ahead.length === 0) return null;
  return (
    <section class="arrival">
      {ahead.map(({ label, window }) => (
        <div key={label} class="arrival-window">
          <h2>{label}</h2>
          <p class="arrival-minutes">{dayOf(window[0])}</p>
          <p class="arrival-big">{timeRange(window)}</p>
        </div>
      ))}
      {track.stage !== "at_car" && <Late track={track} />}
      {track.code && (
        <p class="promise">
          {t("code.label")} <strong class="code">{track.code}</strong>
        </p>
      )}
    </section>
  );
}

/** A partner gives one time, not a range: it is no minute to rely on either. */
function rangeText(range: [string, string]): string {
  const [from, to] = range.map(timeOfDay);
  return from === to ? t("eta.about", { time: timeOfDay(range[0]) }) : timeRange(range);
}

function inMinutes(range: [string, string]): string {
  const minutes = minutesRange(range, now.value);
  return minutes ? t("eta.in", { range: minutes }) : t("eta.soon");
}

export function Arrival({ track }: { track: Track }) {
  if (track.kind === "appointment") return <Appointment track={track} />;
  if (!WAITING.has(track.stage)) return null;
  const range = track.eta_range;
  return (
    <section class="arrival" aria-live="polite">
      {range ? (
        <>
          <h2>{t("eta.label")}</h2>
          <p class="arrival-big">{rangeText(range)}</p>
          {connection.value.connected && <p class="arrival-minutes">{inMinutes(range)}</p>}
        </>
      ) : (
        <p class="muted">{t(track.unit ? "eta.unknown" : "eta.none")}</p>
      )}
      <Promised track={track} />
    </section>
  );
}
