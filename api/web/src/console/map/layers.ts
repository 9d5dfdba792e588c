/** The console's map, layer by layer; `LAYER_ORDER` says which lies above which. */

import { candidateLines } from "@roadflare/kit/map/layers/candidate_lines.ts";
import { centres } from "@roadflare/kit/map/layers/centres.ts";
import { incidents } from "@roadflare/kit/map/layers/incidents.ts";
import { land } from "@roadflare/kit/map/layers/land.ts";
import { pickedPlace } from "@roadflare/kit/map/layers/picked_place.ts";
import { roadCasings } from "@roadflare/kit/map/layers/road_casings.ts";
import { roadNames } from "@roadflare/kit/map/layers/road_names.ts";
import { roads } from "@roadflare/kit/map/layers/roads.ts";
import { routeCasings } from "@roadflare/kit/map/layers/route_casings.ts";
import { routes } from "@roadflare/kit/map/layers/routes.ts";
import { selectionHalo } from "@roadflare/kit/map/layers/selection_halo.ts";
import { serviceAreaOutlines } from "@roadflare/kit/map/layers/service_area_outlines.ts";
import { serviceAreas } from "@roadflare/kit/map/layers/service_areas.ts";
import { units } from "@roadflare/kit/map/layers/units.ts";

export const CONSOLE_LAYERS = [
  land,
  serviceAreas,
  roadCasings,
  roads,
  serviceAreaOutlines,
  routeCasings,
  routes,
  candidateLines,
  roadNames,
  centres,
  pickedPlace,
  selectionHalo,
  units,
  incidents,
];
