/** What comes after: planned jobs and today's visits. */

import type { FieldJob } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { placeText } from "@roadflare/kit/place_words.ts";
import { said } from "@roadflare/kit/words.ts";
import { list } from "./store/sync.ts";
import { t } from "./words.ts";

function Later({ job }: { job: FieldJob }) {
  return (
    <li>
      <time>{job.planned_arrival_at ? timeOfDay(job.planned_arrival_at) : "–"}</time>
      <span>
        <b>{said(job.label)}</b>
        <span class="muted">{placeText(job.location.text)}</span>
      </span>
      <span class="muted">{job.number}</span>
    </li>
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
            <ol>
              {jobs.map((job) => (
                <Later job={job} key={job.job_id} />
              ))}
            </ol>
          </section>
        ))}
    </>
  );
}
