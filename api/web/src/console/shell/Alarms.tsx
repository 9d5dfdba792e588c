/** What the dispatcher must know now; it lies over the map's top, so that nothing shifts. */

import { useState } from "preact/hooks";
import { alarms } from "../store/world.ts";
import { t } from "../words.ts";
import { AlarmLine } from "./AlarmLine.tsx";

const SHOWN = 2;

export function Alarms() {
  const [all, setAll] = useState(false);
  const shown = all ? alarms.value : alarms.value.slice(0, SHOWN);
  const more = alarms.value.length - SHOWN;
  if (shown.length === 0) return null;
  return (
    <div class="alarms">
      <ul class="alarm-lines" role="alert">
        {shown.map((alarm) => (
          <AlarmLine key={alarm.id} alarm={alarm} />
        ))}
      </ul>
      {more > 0 && (
        <button
          type="button"
          class="button small more"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? t("alarm.fewer") : t("alarm.more", { n: more })}
        </button>
      )}
    </div>
  );
}
