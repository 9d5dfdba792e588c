/** What happened, newest first. */

import type { TimelineEntry } from "@roadflare/kit/contract.ts";
import { timeOfDay, timeOfDayWithSeconds } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { said } from "@roadflare/kit/words.ts";
import { t } from "../words.ts";

const REFUSALS = new Set(["job.declined", "job.failed", "contractor.rejected"]);
const SHOWN = 3;

/** Who would not or could not come, with the reason: it bears on whom to send next. */
export function Refusals({ entries }: { entries: readonly TimelineEntry[] }) {
  const told = entries.filter(({ kind }) => REFUSALS.has(kind)).slice(-SHOWN);
  if (told.length === 0) return null;
  return (
    <ul class="refusals">
      {told.map((entry) => (
        <li class="with-icon" key={`${entry.at} ${entry.kind} ${entry.unit_code}`}>
          <Icon name="warning" size={16} />
          <time dateTime={entry.at}>{timeOfDay(entry.at)}</time>
          <span>
            <Sentence text={said(entry.text)} />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  const newestFirst = [...entries].reverse();
  return (
    <section>
      <h3>{t("card.timeline")}</h3>
      <ol class="timeline">
        {newestFirst.map((entry) => (
          <li key={`${entry.at} ${entry.kind} ${entry.unit_code}`}>
            <time dateTime={entry.at}>{timeOfDayWithSeconds(entry.at)}</time>
            <span>
              <Sentence text={said(entry.text)} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
