import type { FieldPosition } from "@roadflare/kit/contract.ts";
import { OfflineError } from "@roadflare/kit/http.ts";
import { expect, test } from "vitest";
import { makeTrail } from "../src/store/trail.ts";

const fix = (n: number): FieldPosition => ({ at: `fix ${n}`, lon: 0, lat: 0, accuracy_m: 10 });

/** A server that notes whose fixes it got, and can be out of reach. */
function scene() {
  const it = { reachable: true, heard: [] as [unit: number, at: string[]][] };
  const trail = makeTrail(async (unit, fixes) => {
    if (!it.reachable) throw new OfflineError();
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
