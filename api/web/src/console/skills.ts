/**
 * What skills and equipment are called, from the file that the server reads too: there every name
 * that a unit may have must be listed, with words for people.
 */

import type { Bilingual } from "@roadflare/kit/contract.ts";
import { said } from "@roadflare/kit/words.ts";
import catalogue from "../../../../fleet/catalogue.toml?raw";

const ENTRY = /^\[\w+\.(\w+)\]\s+en = "(.+)"\s+zh = "(.+)"$/gm;

const words = new Map<string, Bilingual>(
  [...catalogue.matchAll(ENTRY)].map(([, name = "", en = "", zh = ""]) => [name, { en, zh }]),
);

/** In the language in force; the bare name of what was listed after this page was built. */
export function skillText(name: string): string {
  const known = words.get(name);
  return known ? said(known) : name.replaceAll("_", " ");
}
