/** Five stars and a remark, once it is over. */

import type { Track } from "@roadflare/kit/contract.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { useState } from "preact/hooks";
import { refusalText } from "./refusal.ts";
import { rate } from "./store.ts";
import { t } from "./words.ts";

const STARS = [1, 2, 3, 4, 5];

export function Rating({ track }: { track: Track }) {
  const [stars, setStars] = useState(0);
  const [text, setText] = useState("");
  const [fault, setFault] = useState("");
  if (track.rating) {
    return (
      <section class="box rating" role="status">
        <p class="stars-given" role="img" aria-label={t("rate.star", { n: track.rating.stars })}>
          {"★".repeat(track.rating.stars)}
        </p>
        <p>{t("rate.thanks")}</p>
      </section>
    );
  }
  if (!track.can_rate) return null;
  const send = async () => {
    try {
      await rate(stars, text.trim());
    } catch (error) {
      setFault(refusalText(error, "rate"));
    }
  };
  return (
    <section class="box rating">
      <h2>{t("rate.title")}</h2>
      <fieldset class="stars" aria-label={t("rate.title")}>
        {STARS.map((n) => (
          <button
            type="button"
            key={n}
            class={n <= stars ? "star on" : "star"}
            aria-label={t("rate.star", { n })}
            aria-pressed={stars === n}
            onClick={() => setStars(n)}
          >
            <Icon name="star" size={34} />
          </button>
        ))}
      </fieldset>
      <label>
        <span class="muted">{t("rate.text")}</span>
        <textarea
          rows={2}
          maxLength={1000}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <button
        type="button"
        class="button big primary"
        disabled={stars === 0}
        onClick={() => void send()}
      >
        {t("rate.send")}
      </button>
    </section>
  );
}
