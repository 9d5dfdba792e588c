/** Whether the events flow and the lists are new, and how old they are when not. */

import { ageText } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { OLD_S, oldestS } from "../store/age.ts";
import {
  connection,
  incidentsAt,
  mayDispatch,
  mayTakeCalls,
  roadsAt,
  unitsAt,
} from "../store/world.ts";
import { t } from "../words.ts";

/** When the lists were fetched that whoever is logged in sees. */
function listsSeen() {
  if (!mayTakeCalls.value) return [roadsAt];
  return mayDispatch.value ? [incidentsAt, unitsAt] : [incidentsAt];
}

export function ConnectionMark() {
  // Events are told to who takes calls; others see what is fetched, as old as it is.
  const connected = connection.value.connected || !mayTakeCalls.value;
  const oldS = oldestS(listsSeen());
  if (connected && oldS !== null && oldS < OLD_S) {
    return (
      <p class="live on" role="status">
        <span class="live-dot" />
        {t("live.on")}
      </p>
    );
  }
  const age = oldS === null ? "" : ageText(oldS);
  return (
    <p class="live off" role="status">
      <Icon name="offline" size={16} />
      {age === ""
        ? t("live.connecting")
        : connected
          ? t("list.old", { age })
          : t("live.off", { age })}
    </p>
  );
}
