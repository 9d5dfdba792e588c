/** One alarm: when, of which incident, what, and the way to take note of it. */

import type { Alarm } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { said } from "@roadflare/kit/words.ts";
import { acknowledge } from "../store/actions.ts";
import { selectedIncident, selectIncident } from "../store/selection.ts";
import { t } from "../words.ts";

/** Some texts name their incident themselves. */
const isNamed = ({ incident_number: number, text }: Alarm) =>
  number === null || said(text).includes(number);

export function AlarmLine({ alarm }: { alarm: Alarm }) {
  const { incident_id: incident } = alarm;
  const what = (
    <>
      <time dateTime={alarm.at}>{timeOfDay(alarm.at)}</time>{" "}
      {incident !== selectedIncident.value?.id && !isNamed(alarm) && (
        <b class="one-line">{alarm.incident_number}</b>
      )}{" "}
      <Sentence text={said(alarm.text)} />
    </>
  );
  return (
    <li>
      <Icon name="alarm" size={18} />
      {incident === null || incident === selectedIncident.value?.id ? (
        <span class="alarm-text">{what}</span>
      ) : (
        <button type="button" class="alarm-text" onClick={() => selectIncident(incident)}>
          {what}
        </button>
      )}
      <button type="button" class="button small" onClick={() => void acknowledge(alarm.id)}>
        {t("alarm.acknowledge")}
      </button>
    </li>
  );
}
