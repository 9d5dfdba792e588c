/** What happened, newest first. */

import type { TimelineEntry } from "@roadflare/kit/contract.ts";
import { timeOfDayWithSeconds } from "@roadflare/kit/format.ts";
import { said } from "@roadflare/kit/words.ts";
import { t } from "../words.ts";

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const newestFirst = [...entries].reverse();
  return (
    <section>
      <h3>{t("card.timeline")}</h3>
      <ol class="timeline">
        {newestFirst.map((entry) => (
          <li key={`${entry.at} ${entry.kind} ${entry.unit_code}`}>
            <time dateTime={entry.at}>{timeOfDayWithSeconds(entry.at)}</time>
            <span>{said(entry.text)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
