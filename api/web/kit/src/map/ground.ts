/** The layers of the basemap, the same below every face. */

import { buildings } from "./layers/buildings.ts";
import { green } from "./layers/green.ts";
import { land } from "./layers/land.ts";
import { places } from "./layers/places.ts";
import { roadCasings } from "./layers/road_casings.ts";
import { roadNames } from "./layers/road_names.ts";
import { roadRefs } from "./layers/road_refs.ts";
import { roads } from "./layers/roads.ts";
import { water } from "./layers/water.ts";
import { waterways } from "./layers/waterways.ts";

export const GROUND = [
  land,
  green,
  water,
  waterways,
  buildings,
  roadCasings,
  roads,
  roadNames,
  roadRefs,
  places,
];
