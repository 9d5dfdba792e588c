import { placeText } from "@roadflare/kit/place_words.ts";
import { speak } from "@roadflare/kit/words.ts";
import { afterEach, expect, test } from "vitest";

// What geo_data/reverse.py writes in both languages, and what is shown in both.
const CASES: { written: [string, string]; en: string; zh: string }[] = [
  {
    written: [
      "Balmaceda, 130 m from Balmaceda / Cordovez",
      "Balmaceda，距Balmaceda / Cordovez路口130米",
    ],
    en: "Balmaceda, 130 m from Cordovez",
    zh: "Balmaceda，距 Cordovez 路口 130 米",
  },
  {
    written: ["Balmaceda, at Balmaceda / Cordovez", "Balmaceda，Balmaceda / Cordovez路口"],
    en: "Balmaceda, at Cordovez",
    zh: "Balmaceda，Cordovez 路口",
  },
  {
    written: ["40 m from 中山路 / 海滨路", "距中山路 / 海滨路路口40米"],
    en: "40 m from 中山路 / 海滨路",
    zh: "距中山路 / 海滨路路口 40 米",
  },
];

afterEach(() => speak("en"));

test.each(CASES)("$en is $zh on a Chinese screen", ({ written, en, zh }) => {
  speak("zh");
  expect(written.map(placeText)).toEqual([zh, zh]);
  speak("en");
  expect(written.map(placeText)).toEqual([en, en]);
});

test.each(["中山路128号", "G1523 K1203+400", "Plaza at the Sea", "", "-29.90450, -71.24890"])(
  "what is no description stays as it is: %s",
  (text) => {
    speak("zh");
    expect(placeText(text)).toBe(text);
  },
);
