/** Whose card is in sight. What lies over an incident's card hides it from its keys, too. */

import { computed } from "@preact/signals";
import { openRoad } from "./roads.ts";
import {
  bookingVisit,
  openUnit,
  reportingRoad,
  selectedIncidentId,
  takingCall,
} from "./selection.ts";
import { token } from "./session.ts";
import { openVisit } from "./visits.ts";

const covered = computed(
  () =>
    takingCall.value ||
    bookingVisit.value ||
    reportingRoad.value ||
    [openRoad.value, openVisit.value, openUnit.value].some((one) => one !== null),
);

/** null also where nobody is logged in. */
export const shownIncidentId = computed(() =>
  token.value === null || covered.value ? null : selectedIncidentId.value,
);
