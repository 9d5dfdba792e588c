/** What the dispatcher must know now; it lies over the map's top, so that nothing shifts. */

import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { said } from "@roadflare/kit/words.ts";
import { acknowledge } from "../store/actions.ts";
import { selectIncident } from "../store/selection.ts";
import { alarms } from "../store/world.ts";
import { t } from "../words.ts";

const SHOWN = 2;

export function Alarms() {
  const shown = alarms.value.slice(0, SHOWN);
  const more = alarms.value.length - shown.length;
  if (shown.length === 0) return null;
  return (
    <ul class="alarms" role="alert">
      {shown.map((alarm) => (
        <li key={alarm.id}>
          <Icon name="alarm" size={18} />
          <button
            type="button"
            class="alarm-text"
            onClick={() => alarm.incident_id !== null && selectIncident(alarm.incident_id)}
          >
            <time dateTime={alarm.at}>{timeOfDay(alarm.at)}</time> <b>{alarm.incident_number}</b>{" "}
            {said(alarm.text)}
          </button>
          <button type="button" class="button small" onClick={() => void acknowledge(alarm.id)}>
            {t("alarm.acknowledge")}
          </button>
        </li>
      ))}
      {more > 0 && <li class="muted">{t("alarm.more", { n: more })}</li>}
    </ul>
  );
}
