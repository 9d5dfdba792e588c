/**
 * Two languages, one typed dictionary.
 *
 * `dictionary(en, zh)` compiles only when both hold the same keys, and `t(key, values)` only when
 * every `{name}` of the English sentence is given a value.
 */

import { effect, signal } from "@preact/signals";
import type { Bilingual } from "./contract.ts";

export type Language = "en" | "zh";
const STORED = "roadflare.language";

function remembered(): Language {
  try {
    const kept = localStorage.getItem(STORED);
    if (kept === "en" || kept === "zh") return kept;
  } catch {
    // Storage may be forbidden; the browser's own language is then the best guess.
  }
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "en" || asked === "zh") return asked;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export const language = signal<Language>(remembered());

export function speak(next: Language): void {
  language.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Not remembered then; the page still speaks it.
  }
}

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

type Named<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Named<Rest>
  : never;
type Values<S extends string> = [Named<S>] extends [never]
  ? []
  : [values: Record<Named<S>, string | number>];

export function dictionary<const E extends Record<string, string>>(
  en: E,
  zh: { [K in keyof E]: string },
) {
  return function t<K extends keyof E>(key: K, ...rest: Values<E[K]>): string {
    const sentence: string = (language.value === "zh" ? zh[key] : en[key]) ?? "";
    const values = (rest[0] ?? {}) as Record<string, string | number>;
    return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  };
}

/** What the page says itself, in the language in force, where a pair is asked for. */
export const pairOf = (text: string): Bilingual => ({ zh: text, en: text });

/** The text of a pair in the language in force. */
export function said(pair: Bilingual): string {
  return language.value === "zh" ? pair.zh : pair.en;
}
