/** What has not been sent, what was refused, and whether there is a network and a position. */

import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { problemText } from "./problem_words.ts";
import { photoRefusalText, refusalText } from "./refusal_words.ts";
import { withdrawn } from "./store/news.ts";
import { placeFault } from "./store/positions.ts";
import { connection, list, listFault, nUnsent, outbox, photoBox, refusals } from "./store/sync.ts";
import { t } from "./words.ts";

export function Banner() {
  const n = nUnsent.value;
  const { connected } = connection.value;
  return (
    <div class="banners" aria-live="polite">
      {(n > 0 || !connected) && (
        <p class="banner" role="status">
          <Icon name="offline" size={22} />
          {!connected && <b>{t("offline")}</b>}
          {n > 0 && <b class="unsent">{t("unsent", { n })}</b>}
          {!connected && list.value && (
            <span>{t("stale", { time: timeOfDay(list.value.now) })}</span>
          )}
        </p>
      )}
      {listFault.value !== null && (
        <p class="banner refused" role="alert">
          <Icon name="warning" size={22} />
          <span>{t("list.fault", { reason: problemText(listFault.value) })}</span>
        </p>
      )}
      {placeFault.value && (
        <p class="banner refused" role="alert">
          <Icon name="warning" size={22} />
          <span>{t(`place.${placeFault.value}`)}</span>
        </p>
      )}
      {withdrawn.value && (
        <p class="banner refused" role="alert">
          <Icon name="warning" size={22} />
          <span>
            <Sentence text={t("withdrawn", { number: withdrawn.value })} />
          </span>
          <button type="button" class="button" onClick={() => (withdrawn.value = null)}>
            {t("refused.ok")}
          </button>
        </p>
      )}
      {refusals.value.map((refusal) => (
        <p class="banner refused" role="alert" key={refusal.event.client_id}>
          <span>{refusalText(refusal)}</span>
          <button
            type="button"
            class="button"
            onClick={() => outbox.value?.forgive(refusal.event.client_id)}
          >
            {t("refused.ok")}
          </button>
        </p>
      ))}
      {photoBox.value?.refused.value.map((photo) => (
        <p class="banner refused" role="alert" key={photo.client_id}>
          <span>{photoRefusalText(photo)}</span>
          <button
            type="button"
            class="button"
            onClick={() => void photoBox.value?.forgive(photo.client_id)}
          >
            {t("refused.ok")}
          </button>
        </p>
      ))}
    </div>
  );
}
