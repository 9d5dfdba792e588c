/**
 * Descriptions of places in the viewer's language: names stay, the words around them change.
 *
 * The server describes a position once, in the language that is spoken there, as
 * `geo_data/reverse.py` puts it: a street or house, and how far the next crossing is. What is no
 * such description (an address that somebody typed, a kilometre post) is returned as it is.
 */

import { language } from "./words.ts";

interface Described {
  /** Street or house; may be empty. */
  here: string;
  crossing: string;
  /** Metres to the crossing; null at the crossing itself. */
  metres: string | null;
}

const FORMS = [
  /^(?:(?<here>.+), )?(?<metres>\d+) m from (?<crossing>.+)$/,
  /^(?:(?<here>.+), )?at (?<crossing>.+ \/ .+)$/,
  /^(?:(?<here>[^，]+)，)?距(?<crossing>.+)路口(?<metres>\d+)米$/,
  /^(?:(?<here>[^，]+)，)?(?<crossing>.+ \/ .+)路口$/,
];

function read(text: string): Described | null {
  for (const form of FORMS) {
    const found = form.exec(text)?.groups;
    if (found?.crossing)
      return { here: found.here ?? "", crossing: found.crossing, metres: found.metres ?? null };
  }
  return null;
}

/** Chinese text in which Latin names and numbers stand a little apart, as they are set. */
const spaced = (text: string) =>
  text
    .replace(/(\p{Script=Han})(?=[\p{Script=Latin}\d])/gu, "$1 ")
    .replace(/([\p{Script=Latin}\d])(?=\p{Script=Han})/gu, "$1 ");

/** "A / B" seen from street A is B; a row of the queue has no room for A twice. */
const otherThan = (here: string, crossing: string) =>
  crossing
    .split(" / ")
    .filter((street) => street !== here)
    .join(" / ");

export function placeText(text: string): string {
  const place = read(text);
  if (!place) return text;
  const { here, metres } = place;
  const crossing = otherThan(here, place.crossing);
  if (language.value === "zh") {
    const told = metres === null ? `${crossing}路口` : `距${crossing}路口${metres}米`;
    return [here, spaced(told)].filter(Boolean).join("，");
  }
  const told = metres === null ? `at ${crossing}` : `${metres} m from ${crossing}`;
  return [here, told].filter(Boolean).join(", ");
}
