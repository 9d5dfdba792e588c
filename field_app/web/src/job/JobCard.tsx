/** The job at hand: where, what car, what trouble, how long. */

import { useSignalEffect } from "@preact/signals";
import { faultText } from "@roadflare/kit/common_words.ts";
import type { FieldJob } from "@roadflare/kit/contract.ts";
import {
  clockText,
  distanceText,
  minutesText,
  secondsBetween,
  timeOfDay,
} from "@roadflare/kit/format.ts";
import { FaultIcon, Icon } from "@roadflare/kit/icons.tsx";
import { placeText } from "@roadflare/kit/place_words.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { said } from "@roadflare/kit/words.ts";
import { useEffect, useState } from "preact/hooks";
import { here } from "../store/positions.ts";
import { t } from "../words.ts";
import { goalOf } from "./goal.ts";
import { JobMap } from "./JobMap.tsx";
import { Navigate } from "./Navigate.tsx";
import { Photos } from "./Photos.tsx";
import { findRoute, routeOf } from "./route.ts";

function PromiseClock({ job }: { job: FieldJob }) {
  if (!job.target_at || !["ordered", "rolling"].includes(job.state)) return null;
  const leftS = secondsBetween(now.value, job.target_at);
  const tone = leftS < 0 ? "late" : leftS < 300 ? "tight" : "fine";
  const clock = clockText(leftS);
  return (
    <p class={`job-clock ${tone}`}>
      <Icon name={tone === "fine" ? "clock" : "warning"} size={22} />
      <b>{leftS < 0 ? t("job.late", { clock }) : t("job.left", { clock })}</b>
      <span>{t("job.by", { time: timeOfDay(job.target_at) })}</span>
    </p>
  );
}

function Drive({ job }: { job: FieldJob }) {
  const route = routeOf(job);
  // What is planned is the arrival at the car, which lies behind who has it.
  const arrivalAt = job.state === "loaded" ? null : job.planned_arrival_at;
  const parts = [
    route &&
      t("job.drive", {
        minutes: minutesText(route.duration_s),
        distance: distanceText(route.length_m),
      }),
    arrivalAt && t("job.arrival", { time: timeOfDay(arrivalAt) }),
  ].filter(Boolean);
  return parts.length > 0 ? <p class="job-drive">{parts.join(" · ")}</p> : null;
}

function Where({ job }: { job: FieldJob }) {
  const { destination, location } = job;
  if (job.state === "loaded" && destination) {
    return (
      <>
        <p class="muted">{t("job.destination")}</p>
        <h2 class="job-place">{destination.name}</h2>
        <Drive job={job} />
      </>
    );
  }
  return (
    <>
      <h2 class="job-place">{placeText(location.text)}</h2>
      {job.state !== "on_site" && <Drive job={job} />}
      {location.note && <p class="job-note">{location.note}</p>}
    </>
  );
}

function Car({ vehicle }: Pick<FieldJob, "vehicle">) {
  const line = [vehicle.model, vehicle.colour].filter(Boolean).join(" · ");
  if (!vehicle.plate && !line && !vehicle.vin_end) return null;
  return (
    <p class="job-car">
      {vehicle.plate && <b class="plate">{vehicle.plate}</b>}
      <span>{line}</span>
      {vehicle.vin_end && <small class="muted">{t("job.vin", { end: vehicle.vin_end })}</small>}
    </p>
  );
}

export function JobCard({ job }: { job: FieldJob }) {
  const [navigating, setNavigating] = useState(false);
  useSignalEffect(() => {
    void here.value;
    void findRoute(job);
  });
  // A phone that lies still has no next fix when the job is moved.
  useEffect(() => void findRoute(job), [job]);
  return (
    <article class="job" aria-label={job.number}>
      <header>
        <span class="job-number">{job.number}</span>
        <b class="job-label">{said(job.label)}</b>
      </header>
      <PromiseClock job={job} />
      {job.safe_place === false && job.state !== "loaded" && (
        <p class="job-unsafe">
          <Icon name="warning" size={22} />
          {t("job.unsafe")}
        </p>
      )}
      <Where job={job} />
      <div class="job-links">
        <button type="button" class="button big" onClick={() => setNavigating(true)}>
          <Icon name="navigate" size={22} />
          {t("go.navigate")}
        </button>
        <a class="button big" href={`tel:${job.caller.phone}`}>
          <Icon name="phone" size={22} />
          <span class="call">{t("go.call")}</span>
          {job.caller.name && <small>{job.caller.name}</small>}
        </a>
      </div>
      <Car vehicle={job.vehicle} />
      {job.fault && (
        <p class="job-fault">
          <FaultIcon fault={job.fault} size={22} />
          <b>{faultText(job.fault)}</b>
        </p>
      )}
      {job.symptom && <p>{job.symptom}</p>}
      {job.notes && <p class="job-note">{job.notes}</p>}
      <Photos job={job} />
      <JobMap />
      {navigating && <Navigate goal={goalOf(job)} onClose={() => setNavigating(false)} />}
    </article>
  );
}
