/** What comes after: planned jobs and visits, as far as tomorrow. */

import type { FieldJob } from "@roadflare/kit/contract.ts";
import { dayIfOther, timeOfDay } from "@roadflare/kit/format.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { said } from "@roadflare/kit/words.ts";
import { list } from "./store/sync.ts";
import { t } from "./words.ts";

function When({ at }: { at: string | null }) {
  if (!at) return <time>–</time>;
  const day = dayIfOther(at, now.value);
  return (
    <time dateTime={at}>
      {day && <small>{day}</small>}
      {timeOfDay(at)}
    </time>
  );
}

function Later({ job }: { job: FieldJob }) {
  return (
    <li>
      <When at={job.planned_arrival_at} />
      <span>
        <b>{said(job.label)}</b>
        <span class="muted">{placeText(job.location.text)}</span>
      </span>
      <span class="muted">{job.number}</span>
    </li>
  );
}

/** In the order in which they come. */
export function Jobs({ jobs }: { jobs: readonly FieldJob[] }) {
  return (
    <ol>
      {jobs.map((job) => (
        <Later job={job} key={job.job_id} />
      ))}
    </ol>
  );
}

export function Lists() {
  const { next = [], visits = [] } = list.value ?? {};
  const sections = [
    { title: t("next.title"), jobs: next },
    { title: t("visits.title"), jobs: visits },
  ];
  return (
    <>
      {sections
        .filter(({ jobs }) => jobs.length > 0)
        .map(({ title, jobs }) => (
          <section class="later" key={title}>
            <h3>{title}</h3>
            <Jobs jobs={jobs} />
          </section>
        ))}
    </>
  );
}
