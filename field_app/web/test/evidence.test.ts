import type { FieldJob } from "@roadflare/kit/contract.ts";
import { expect, test } from "vitest";
import { stepOfMore, wantedPhoto } from "../src/store/evidence.ts";

const label = { zh: "装车前", en: "before loading" };
const asked = { step: "before_loading", before: "loaded", n: 1, label } as const;
const job = (part: Partial<FieldJob> = {}) =>
  ({ job_id: 1, evidence: [asked], photos: [], ...part }) as unknown as FieldJob;
const taken = (by: "owner" | "technician", step = "before_loading") =>
  ({ id: 1, by, step, label }) as FieldJob["photos"][number];

test("the step before which a photo is asked for wants it, and no other", () => {
  expect(wantedPhoto(job(), "loaded", [])).toBe(asked);
  expect(wantedPhoto(job(), "arrived", [])).toBeNull();
  expect(wantedPhoto(job(), null, [])).toBeNull();
  expect(wantedPhoto(job({ evidence: [] }), "loaded", [])).toBeNull();
});

test("sent and unsent photos of that step and job count, the owner's do not", () => {
  expect(wantedPhoto(job({ photos: [taken("technician")] }), "loaded", [])).toBeNull();
  expect(wantedPhoto(job(), "loaded", [{ job_id: 1, step: "before_loading" }])).toBeNull();
  expect(wantedPhoto(job({ photos: [taken("owner")] }), "loaded", [])).toBe(asked);
  expect(wantedPhoto(job({ photos: [taken("technician", "work")] }), "loaded", [])).toBe(asked);
  expect(wantedPhoto(job(), "loaded", [{ job_id: 2, step: "before_loading" }])).toBe(asked);
});

test("more than one may be asked for", () => {
  const two = job({ evidence: [{ ...asked, n: 2 }], photos: [taken("technician")] });
  expect(wantedPhoto(two, "loaded", [])).not.toBeNull();
  expect(wantedPhoto(two, "loaded", [{ job_id: 1, step: "before_loading" }])).toBeNull();
  // Sent and listed is one photo, not two; sent and not listed yet is another one.
  expect(wantedPhoto(two, "loaded", [{ id: 1, job_id: 1, step: "before_loading" }])).not.toBeNull();
  expect(wantedPhoto(two, "loaded", [{ id: 2, job_id: 1, step: "before_loading" }])).toBeNull();
});

test("a list that an older page has kept asks for none", () => {
  const old = { job_id: 1 } as unknown as FieldJob;
  expect(wantedPhoto(old, "loaded", [])).toBeNull();
  expect(stepOfMore(old, "loaded")).toBe("work");
});

test("a further photo belongs to the step at hand, else to the work", () => {
  expect(stepOfMore(job(), "loaded")).toBe("before_loading");
  expect(stepOfMore(job(), "done")).toBe("work");
});
