import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test } from "vitest";
import { reasonsFor, stepText } from "../src/job/step_words.ts";

afterEach(() => speak("en"));

const RESCUE = { kind: "tow" };
const TRANSFER = { kind: "transfer" };
const INSTALLATION = { kind: "installation" };

test("who installs a charger comes to people, not to a car", () => {
  expect(stepText(RESCUE, "arrived")).toBe("I am at the car");
  for (const language of ["en", "zh"] as const) {
    speak(language);
    const said = [
      stepText(INSTALLATION, "arrived"),
      stepText(INSTALLATION, "gone_on_arrival"),
      ...reasonsFor(INSTALLATION, "gone_on_arrival"),
      ...reasonsFor(INSTALLATION, "not_possible"),
    ].join();
    expect(said).not.toMatch(/\bcar\b|车(?!主)/i);
  }
});

test("who fetches a car drives it: nothing is loaded", () => {
  expect(stepText(RESCUE, "loaded")).toBe("Car is loaded");
  expect(stepText(TRANSFER, "loaded")).toBe("I have the car");
  expect(stepText(TRANSFER, "done")).toBe("Car handed over");
  expect(stepText(TRANSFER, "arrived")).toBe("I am at the car");
});

test("every way out of every job has reasons to choose from, each once", () => {
  for (const job of [RESCUE, TRANSFER, INSTALLATION]) {
    for (const wayOut of ["declined", "gone_on_arrival", "not_possible"] as const) {
      const reasons = reasonsFor(job, wayOut);
      expect(reasons.length).toBeGreaterThan(0);
      expect(new Set(reasons).size).toBe(reasons.length);
    }
  }
});
