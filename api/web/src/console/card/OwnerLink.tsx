/** The owner's page: to open, or to copy into a message. */

import { Icon } from "@roadflare/kit/icons.tsx";
import { say } from "../store/toasts.ts";
import { t } from "../words.ts";

export function OwnerLink({ url }: { url: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(new URL(url, location.href).href);
    say(t("card.copied"));
  };
  return (
    <p class="owner-link">
      <a class="button small" href={url} target="_blank" rel="noreferrer">
        {t("card.owner")}
      </a>
      <button type="button" class="button small" onClick={() => void copy()}>
        <Icon name="share" size={14} />
        {t("card.copy")}
      </button>
    </p>
  );
}
