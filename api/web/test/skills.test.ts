import { readFileSync } from "node:fs";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test } from "vitest";
import { skillText } from "../src/console/skills.ts";

afterEach(() => {
  speak("en");
});

test("a skill and a piece of equipment are told in words", () => {
  expect(skillText("hv_safety")).toBe("high-voltage safety");
  speak("zh");
  expect(skillText("wheel_dollies")).toBe("辅助轮");
});

test("every name of the catalogue has its words", () => {
  const listed = readFileSync("fleet/catalogue.toml", "utf-8").match(/^\[\w+\.\w+\]$/gm) ?? [];
  const names = listed.map((line) => line.replace(/^\[\w+\.|\]$/g, ""));
  expect(names.length).toBeGreaterThan(15);
  speak("zh");
  expect(names.filter((name) => !/\p{Script=Han}/u.test(skillText(name)))).toEqual([]);
});

test("what is not known to this page is told by its name", () => {
  expect(skillText("deep_snow")).toBe("deep snow");
});
