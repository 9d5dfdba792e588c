/** Says above a list how old it is, once it is not what the server would say now. */

import { ageText } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { ageS, type FetchedAt, OLD_S } from "../store/age.ts";
import { t } from "../words.ts";

export function Age({ at, fault }: { at: FetchedAt; fault?: string | null }) {
  const seconds = ageS(at);
  if (seconds === null || seconds < OLD_S) return null;
  return (
    <p class="list-age text-at-risk with-icon" role="status">
      <Icon name="offline" size={16} />
      <span>
        {t("list.old", { age: ageText(seconds) })} {fault}
      </span>
    </p>
  );
}
