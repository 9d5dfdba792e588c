/** Where the unit drives for a job: to the car, or with the car to where it goes. */

import type { FieldJob, LonLat } from "@roadflare/kit/contract.ts";

export interface Goal {
  name: string;
  wgs84: LonLat;
  gcj02: LonLat;
}

export function goalOf(job: FieldJob): Goal {
  const { destination } = job;
  if (job.state === "loaded" && destination) {
    const { name, lon, lat, gcj02 } = destination;
    return { name, wgs84: [lon, lat], gcj02 };
  }
  const { text, lon, lat } = job.location;
  return { name: text, wgs84: [lon, lat], gcj02: job.gcj02 };
}
