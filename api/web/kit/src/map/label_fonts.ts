/**
 * Fonts for the map's labels: woff2 slices by Unicode range, fetched when a label needs them.
 *
 * With these a style needs no glyph server, and Latin and Chinese names are drawn alike.
 */

import latinRanges from "@fontsource/noto-sans/unicode.json";
import chineseRanges from "@fontsource/noto-sans-sc/unicode.json";
import type { FontFacesSpecification } from "maplibre-gl";

const latinFiles = import.meta.glob<string>(
  "../../../../../node_modules/@fontsource/noto-sans/files/noto-sans-*-400-normal.woff2",
  { eager: true, query: "?url", import: "default" },
);
const chineseFiles = import.meta.glob<string>(
  "../../../../../node_modules/@fontsource/noto-sans-sc/files/noto-sans-sc-*-400-normal.woff2",
  { eager: true, query: "?url", import: "default" },
);

function faces(ranges: Record<string, string>, files: Record<string, string>, stem: string) {
  const byName = new Map(Object.entries(files).map(([path, url]) => [path.split("/").pop(), url]));
  return Object.entries(ranges).flatMap(([slice, range]) => {
    const url = byName.get(`${stem}-${slice.replace(/[[\]]/g, "")}-400-normal.woff2`);
    if (!url) return [];
    const parts = range.split(",").map((part) => part.trim().toUpperCase());
    return [{ url: new URL(url, document.baseURI).href, "unicode-range": parts }];
  });
}

export const LABEL_FONT = ["Noto Sans"];

export const labelFonts: FontFacesSpecification = {
  "Noto Sans": [
    ...faces(latinRanges, latinFiles, "noto-sans"),
    ...faces(chineseRanges, chineseFiles, "noto-sans-sc"),
  ],
};
