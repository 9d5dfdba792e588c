/** The owner's page. */

import { copied } from "@roadflare/kit/clipboard.ts";
import { common } from "@roadflare/kit/common_words.ts";
import type { Track } from "@roadflare/kit/contract.ts";
import { dayIfOther, timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { language, said, speak } from "@roadflare/kit/words.ts";
import { useEffect, useState } from "preact/hooks";
import { Arrival } from "./Arrival.tsx";
import { Cancel } from "./Cancel.tsx";
import { headline, isHelped, WAITING } from "./headline.ts";
import { Photos } from "./Photos.tsx";
import { Rating } from "./Rating.tsx";
import { connection, gone, track as tracked, unreached } from "./store.ts";
import { TrackMap } from "./TrackMap.tsx";
import { t } from "./words.ts";

const STEPS = ["received", "assigned", "on_the_way", "at_car", "done"];
const THERE_AND_BACK = ["received", "on_the_way", "fetched", "at_centre", "returning"];

/** How far along it is, as five bars; the sentence above says the same in words. */
function Steps({ track }: { track: Track }) {
  const { stage } = track;
  if (stage === "cancelled" || !isHelped(track)) return null;
  const steps = track.return_window ? THERE_AND_BACK : STEPS;
  const at = steps.includes(stage) ? steps.indexOf(stage) : steps.indexOf(nearest(track));
  return (
    <div class="steps" aria-hidden="true">
      {steps.map((step, index) => (
        <i
          key={step}
          class={index < at || stage === "done" ? "past" : index === at ? "here" : ""}
        />
      ))}
    </div>
  );
}

function nearest({ stage, return_window }: Track): string {
  if (return_window) return stage === "at_car" ? "on_the_way" : "received";
  return stage === "finishing_other_job" ? "assigned" : "at_car";
}

function Safety() {
  return (
    <section class="box safety">
      <h2>
        <Icon name="warning" size={20} />
        {t("safe.title")}
      </h2>
      <ul>
        <li>{t("safe.1")}</li>
        <li>{t("safe.2")}</li>
        <li>{t("safe.3")}</li>
      </ul>
    </section>
  );
}

function Facts({ track }: { track: Track }) {
  const isPaid = track.stage !== "cancelled" && isHelped(track);
  return (
    <dl class="box facts">
      <dt>{t("fact.place")}</dt>
      <dd>{placeText(track.location.text)}</dd>
      {track.unit?.plate && (
        <>
          <dt>{t("fact.vehicle")}</dt>
          <dd>
            <span class="plate">{track.unit.plate}</span>
          </dd>
        </>
      )}
      {isPaid && (
        <>
          <dt>{t("fact.cost")}</dt>
          <dd>
            <strong>
              {track.free_reason
                ? said(track.free_reason)
                : track.free
                  ? t("fact.free")
                  : t("fact.charged")}
            </strong>
          </dd>
        </>
      )}
    </dl>
  );
}

function Timeline({ track }: { track: Track }) {
  const today = Date.parse(track.now);
  const entries = [...track.timeline]
    .reverse()
    .map((entry) => ({ ...entry, day: dayIfOther(entry.at, today) }));
  return (
    <section class="box">
      <h2>{t("timeline.title")}</h2>
      <ol class={entries.some(({ day }) => day) ? "timeline of-days" : "timeline"}>
        {entries.map(({ at, kind, day, text }) => (
          <li key={`${at} ${kind}`}>
            <time dateTime={at}>
              {day && <small>{day}</small>}
              {timeOfDay(at)}
            </time>
            <span>{said(text)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const titleOf = (track: Track | null) =>
  track?.kind === "appointment" ? "page.visit" : "page.title";

function Share({ track }: { track: Track }) {
  const [told, setTold] = useState<"no" | "copied" | "shown">("no");
  const share = async () => {
    if (navigator.share) {
      // Closing the sheet without sharing is no fault.
      await navigator.share({ url: location.href, title: t(titleOf(track)) }).catch(() => {});
      return;
    }
    setTold((await copied(location.href)) ? "copied" : "shown");
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void share()}>
        <Icon name="share" size={18} />
        {told === "copied" ? t("act.shared") : t("act.share")}
      </button>
      {told === "shown" && (
        <label class="link-by-hand">
          {t("act.copyByHand")}
          <input readOnly value={location.href} onFocus={(event) => event.currentTarget.select()} />
        </label>
      )}
    </>
  );
}

function Offline({ asOf }: { asOf: string }) {
  if (connection.value.connected) return null;
  return (
    <p class="offline" role="status">
      <Icon name="offline" size={18} />
      {t("offline", { time: timeOfDay(asOf) })}
    </p>
  );
}

function Content({ track }: { track: Track }) {
  const { sentence, more } = headline(track);
  const waiting = WAITING.has(track.stage) && track.kind === "incident";
  const ended = ["done", "cancelled", "failed"].includes(track.stage);
  return (
    <>
      <section class="headline" aria-live="polite">
        <h1>{sentence}</h1>
        <p>{more}</p>
        <Steps track={track} />
      </section>
      <Arrival track={track} />
      <Rating track={track} />
      {!ended && <TrackMap track={track} />}
      {waiting && <Safety />}
      <Photos track={track} />
      <Facts track={track} />
      <Timeline track={track} />
      <div class="page-actions">
        {!ended && <Share track={track} />}
        {track.can_cancel && <Cancel kind={track.kind} />}
      </div>
      <p class="number muted">
        {t(track.kind === "appointment" ? "fact.visit" : "fact.number", { number: track.number })}
      </p>
    </>
  );
}

export function Page() {
  const track = tracked.value;
  const title = t(titleOf(track));
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main class={track ? `page ${track.stage}` : "page"}>
      <header class="page-top">
        <img src="/console/flare.svg" alt="" width="28" height="28" />
        <b>{title}</b>
        <button
          type="button"
          class="button quiet"
          aria-label={common("language.switch")}
          onClick={() => speak(language.value === "zh" ? "en" : "zh")}
        >
          {common("language.other")}
        </button>
      </header>
      {track && !gone.value && <Offline asOf={track.now} />}
      {gone.value ? (
        <section class="headline gone">
          <h1>{t("gone.title")}</h1>
          <p>{t("gone.text")}</p>
        </section>
      ) : track ? (
        <Content track={track} />
      ) : (
        <p class="loading" role="status">
          {unreached.value ? t("unreached") : t("loading")}
        </p>
      )}
    </main>
  );
}
