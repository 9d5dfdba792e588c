/** The owner's page: to open, or to copy into a message. */

import { copied } from "@roadflare/kit/clipboard.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { useState } from "preact/hooks";
import { say } from "../store/toasts.ts";
import { t } from "../words.ts";

export function OwnerLink({ url }: { url: string }) {
  const [shown, setShown] = useState(false);
  const whole = new URL(url, location.href).href;
  const copy = async () => {
    if (await copied(whole)) say(t("card.copied"));
    else setShown(true);
  };
  return (
    <div class="owner-link">
      <a class="button small" href={url} target="_blank" rel="noreferrer">
        {t("card.owner")}
      </a>
      <button type="button" class="button small" onClick={() => void copy()}>
        <Icon name="share" size={14} />
        {t("card.copy")}
      </button>
      {shown && (
        <label class="field">
          <span>{t("card.copyByHand")}</span>
          <input
            readOnly
            value={whole}
            ref={(field) => {
              field?.focus();
              field?.select();
            }}
          />
        </label>
      )}
    </div>
  );
}
