/** The console's map: the ground, and what is drawn upon it. */

import { GROUND } from "@roadflare/kit/map/ground.ts";
import { candidateLines } from "@roadflare/kit/map/layers/candidate_lines.ts";
import { centres } from "@roadflare/kit/map/layers/centres.ts";
import { incidents } from "@roadflare/kit/map/layers/incidents.ts";
import { pickedPlace } from "@roadflare/kit/map/layers/picked_place.ts";
import { pickedRoad } from "@roadflare/kit/map/layers/picked_road.ts";
import { roadArrows } from "@roadflare/kit/map/layers/road_arrows.ts";
import { roadReports } from "@roadflare/kit/map/layers/road_reports.ts";
import { routeCasings } from "@roadflare/kit/map/layers/route_casings.ts";
import { routes } from "@roadflare/kit/map/layers/routes.ts";
import { selectionHalo } from "@roadflare/kit/map/layers/selection_halo.ts";
import { serviceAreaOutlines } from "@roadflare/kit/map/layers/service_area_outlines.ts";
import { serviceAreas } from "@roadflare/kit/map/layers/service_areas.ts";
import { units } from "@roadflare/kit/map/layers/units.ts";

export const CONSOLE_LAYERS = [
  ...GROUND,
  serviceAreas,
  serviceAreaOutlines,
  routeCasings,
  routes,
  pickedRoad,
  roadReports,
  roadArrows,
  candidateLines,
  centres,
  pickedPlace,
  selectionHalo,
  units,
  incidents,
];
