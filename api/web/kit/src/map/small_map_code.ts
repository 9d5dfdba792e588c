/** The code and style sheet of the small map, fetched only where there is something to show on it. */

import sheet from "maplibre-gl/dist/maplibre-gl.css?url";
import { patiently } from "../patiently.ts";
import { styleSheet } from "../style_sheet.ts";

type Code = typeof import("./small_map.ts");

/** Asked for until it is there; null once `until` is aborted. */
export function smallMapCode(until: AbortSignal): Promise<Code | null> {
  return patiently(async () => {
    const [code] = await Promise.all([import("./small_map.ts"), styleSheet(sheet)]);
    return code;
  }, until);
}
