import type { Unit } from "@roadflare/kit/contract.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { assign } from "../src/console/store/actions.ts";
import { candidatesOf, followDetail } from "../src/console/store/detail.ts";
import { selectIncident } from "../src/console/store/selection.ts";
import { toasts } from "../src/console/store/toasts.ts";
import { incidents, planVersion, units } from "../src/console/store/world.ts";
import { incident } from "./incidents.ts";
import { serving, settled } from "./server.ts";

let stop = () => {};

beforeEach(() => {
  incidents.value = [1, 2, 3].map((id) => incident(id));
  units.value = [{ id: 7, code: "T-07" } as Unit];
  toasts.value = [];
});

afterEach(() => {
  stop();
  stop = () => {};
  selectIncident(null);
  incidents.value = null;
  units.value = [];
});

const list = (version: number) => ({
  plan_version: version,
  items: [],
  contractor: null,
  silent: [],
});

/** A server whose plan is `version`: it refuses what was built on another one, and makes a new one. */
function planned(plan: { version: number }) {
  return serving({
    "GET /candidates": () => ({ body: list(plan.version) }),
    "GET /incidents/1": () => ({ body: incident(1) }),
    "GET /incidents/3": () => ({ body: incident(3) }),
    "GET ?state=open&limit=500": () => ({
      body: { items: [...(incidents.value ?? [])], plan_version: plan.version },
    }),
    "POST /assign": ({ body }) => {
      if ((body as { plan_version: number }).plan_version !== plan.version)
        return { status: 409, body: { code: "stale_plan", detail: "Plan 5 is not in force." } };
      plan.version += 1;
      return { body: incident(1) };
    },
  });
}

test("after a refusal by a newer plan the next press works", async () => {
  const plan = { version: 5 };
  const asked = planned(plan);
  stop = followDetail();
  selectIncident(1);
  await settled();
  plan.version = 6;
  await assign(1, 7);
  expect(candidatesOf(1)?.plan_version).toBe(6);
  expect(toasts.value[0]?.text).toContain("weighed anew");
  await assign(1, 7);
  expect(toasts.value[1]?.text).toContain("T-07 assigned");
  expect(asked.filter(({ path }) => path.endsWith("/assign"))).toHaveLength(2);
});

test("so does the next drop onto an incident that is not selected", async () => {
  planVersion.value = 5;
  planned({ version: 6 });
  await assign(2, 7);
  expect(planVersion.value).toBe(6);
  await assign(2, 7);
  expect(toasts.value[1]?.text).toContain("T-07 assigned");
});

test("who has just sent a unit may send another one at once", async () => {
  planned({ version: 5 });
  stop = followDetail();
  selectIncident(3);
  await settled();
  await assign(3, 7);
  await settled();
  expect(candidatesOf(3)?.plan_version).toBe(6);
});

test("what is not answered may have been done, and says so", async () => {
  serving({});
  await assign(1, 7);
  expect(toasts.value[0]?.text).toContain("may or may not have been done");
});

test("the same press before there is an answer is one", async () => {
  const asked = planned({ version: 5 });
  planVersion.value = 5;
  await Promise.all([assign(1, 7), assign(1, 7)]);
  expect(asked.filter(({ path }) => path.endsWith("/assign"))).toHaveLength(1);
  expect(toasts.value.map(({ tone }) => tone)).toEqual(["good"]);
  planVersion.value = 6;
  await assign(1, 7);
  expect(asked.filter(({ path }) => path.endsWith("/assign"))).toHaveLength(2);
});
