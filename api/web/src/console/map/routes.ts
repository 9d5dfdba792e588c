/** Routes of the units that drive, fetched once per drive and again when the plan changes. */

import { computed, effect, signal } from "@preact/signals";
import type { RouteLegs, Unit } from "@roadflare/kit/contract.ts";
import { call } from "../store/session.ts";
import { roadReports, units } from "../store/world.ts";

interface KnownRoute {
  /** What the route was fetched for; another key needs another route. */
  key: string;
  legs: RouteLegs | null;
}

export const routes = signal<ReadonlyMap<number, KnownRoute>>(new Map());

const driving = (unit: Unit) => unit.state === "rolling" || unit.state === "loaded";
/** Other reports, other ways. */
const roadIds = computed(() => roadReports.value.map(({ id }) => id).join());
/** Grows once the server has surely laid new reports on its roads: what came before may be old. */
const laid = signal(0);
const LAID_MS = 2500;
const roadsNow = () => `${roadIds.value} ${laid.value}`;

function askAgainOnceLaid(): () => void {
  let seen = roadIds.peek();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    if (roadIds.value === seen) return;
    seen = roadIds.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      laid.value += 1;
    }, LAID_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
const keyOf = (unit: Unit) =>
  `${roadsNow()} ${unit.state} ${unit.job?.incident_id} ${unit.job?.target.lon} ${unit.next.map((stop) => stop.incident_id)}`;

async function fetchRoute(unit: Unit, key: string): Promise<void> {
  try {
    const legs = await call<RouteLegs>(`/units/${unit.id}/route`);
    if (routes.value.get(unit.id)?.key !== key) return;
    routes.value = new Map(routes.value).set(unit.id, { key, legs });
  } catch {
    // No line is drawn for it; the next change of the unit asks again.
    const without = new Map(routes.value);
    without.delete(unit.id);
    routes.value = without;
  }
}

export function followRoutes(): () => void {
  const stopAsking = askAgainOnceLaid();
  const stop = effect(() => {
    const known = routes.peek();
    const wanted = units.value.filter(driving);
    const next = new Map<number, KnownRoute>();
    const missing: [Unit, string][] = [];
    for (const unit of wanted) {
      const key = keyOf(unit);
      const before = known.get(unit.id);
      if (before?.key === key) next.set(unit.id, before);
      else {
        // The old line stays until the new one is there.
        next.set(unit.id, { key, legs: before?.legs ?? null });
        missing.push([unit, key]);
      }
    }
    if (missing.length > 0 || next.size !== known.size) routes.value = next;
    for (const [unit, key] of missing) void fetchRoute(unit, key);
  });
  return () => {
    stop();
    stopAsking();
  };
}
