import type { FieldPosition } from "@roadflare/kit/contract.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { expect, test } from "vitest";
import { makeTrail } from "../src/store/trail.ts";

const fix = (n: number): FieldPosition => ({ at: `fix ${n}`, lon: 0, lat: 0, accuracy_m: 10 });

/** A server that notes whose fixes it got, and can be out of reach. */
function scene() {
  const it = { reachable: true, status: 200, heard: [] as [unit: number, at: string[]][] };
  const trail = makeTrail(async (unit, fixes) => {
    if (!it.reachable) throw new OfflineError();
    if (it.status !== 200) throw new ProblemError(it.status, {});
    it.heard.push([unit, fixes.map(({ at }) => at)]);
  });
  return { it, trail };
}

test("fixes of one unit are not sent as another's, and wait for their own", async () => {
  const { it, trail } = scene();
  trail.add(7, fix(1));
  trail.add(8, fix(2));
  await trail.send(8);
  expect(it.heard).toEqual([[8, ["fix 2"]]]);
  await trail.send(7);
  expect(it.heard[1]).toEqual([7, ["fix 1"]]);
});

test("out of reach, fixes are kept", async () => {
  const { it, trail } = scene();
  trail.add(7, fix(1));
  it.reachable = false;
  await trail.send(7);
  it.reachable = true;
  await trail.send(7);
  await trail.send(7);
  expect(it.heard).toEqual([[7, ["fix 1"]]]);
});

test("a batch that is refused for good does not hold up the next one", async () => {
  const { it, trail } = scene();
  trail.add(7, fix(1));
  it.status = 422;
  await trail.send(7);
  it.status = 200;
  trail.add(7, fix(2));
  await trail.send(7);
  expect(it.heard).toEqual([[7, ["fix 2"]]]);
});

test("of a refused batch only the fixes at fault are dropped", async () => {
  const sent: string[][] = [];
  const trail = makeTrail(async (_unit, fixes) => {
    sent.push(fixes.map(({ at }) => at));
    const bad = fixes.findIndex(({ at }) => at === "fix 2");
    if (bad < 0) return;
    const fault = { pointer: `/positions/${bad}/speed_kph`, text: { zh: "", en: "" } };
    throw new ProblemError(422, { faults: [fault] });
  });
  for (const n of [1, 2, 3]) trail.add(7, fix(n));
  await trail.send(7);
  await trail.send(7);
  expect(sent[1]).toEqual(["fix 1", "fix 3"]);
});

test("a batch that is refused for now is sent again", async () => {
  const { it, trail } = scene();
  trail.add(7, fix(1));
  it.status = 503;
  await trail.send(7);
  it.status = 200;
  await trail.send(7);
  expect(it.heard).toEqual([[7, ["fix 1"]]]);
});

test("a place known to no better than five kilometres is left out", async () => {
  const { it, trail } = scene();
  trail.add(7, { ...fix(1), accuracy_m: 5001 });
  trail.add(7, { ...fix(2), accuracy_m: 5000 });
  await trail.send(7);
  expect(it.heard).toEqual([[7, ["fix 2"]]]);
});

test("after a tunnel the newest fixes go out first", async () => {
  const { it, trail } = scene();
  for (let n = 1; n <= 300; n += 1) trail.add(7, fix(n));
  await trail.send(7);
  await trail.send(7);
  expect(it.heard.map(([, at]) => [at[0], at.at(-1)])).toEqual([
    ["fix 101", "fix 300"],
    ["fix 1", "fix 100"],
  ]);
});
