/** When help comes: a range, never a false minute; and what was promised. */

import type { Track } from "@roadflare/kit/contract.ts";
import { dayOf, secondsBetween, timeOfDay, timeRange } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { said } from "@roadflare/kit/words.ts";
import { minutesRange, WAITING } from "./headline.ts";
import { windowsAhead } from "./visit.ts";
import { t } from "./words.ts";

function Promised({ track }: { track: Track }) {
  if (!track.promised_at) return null;
  const time = timeOfDay(track.promised_at);
  const late = secondsBetween(track.promised_at, now.value) > 0;
  return (
    <p class="promise">
      {track.promise_reason ? t("promise.new", { time }) : t("promise.by", { time })}
      {track.promise_reason && <span class="muted"> · {said(track.promise_reason)}</span>}
      {late && <strong>{t("promise.late")}</strong>}
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
      {track.code && (
        <p class="promise">
          {t("code.label")} <strong class="code">{track.code}</strong>
        </p>
      )}
    </section>
  );
}

export function Arrival({ track }: { track: Track }) {
  if (track.kind === "appointment") return <Appointment track={track} />;
  if (!WAITING.has(track.stage)) return null;
  const range = track.eta_range;
  const minutes = range && minutesRange(range, now.value);
  return (
    <section class="arrival" aria-live="polite">
      {range ? (
        <>
          <h2>{t("eta.label")}</h2>
          <p class="arrival-big">{timeRange(range)}</p>
          <p class="arrival-minutes">{minutes ? t("eta.in", { range: minutes }) : t("eta.soon")}</p>
        </>
      ) : (
        <p class="muted">{t("eta.none")}</p>
      )}
      <Promised track={track} />
    </section>
  );
}
