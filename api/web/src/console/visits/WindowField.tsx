/** One window of a visit: its day, from when, until when. */

import { dayNamed } from "@roadflare/kit/format.ts";
import type { InputFault } from "@roadflare/kit/http.ts";
import { Faults, Field } from "../form/Field.tsx";
import { HALF_HOURS } from "../form/half_hours.ts";
import { t } from "../words.ts";
import type { WindowDraft } from "./visit_draft.ts";

/** Half hours, and what is chosen where it is none. */
const timesWith = (chosen: string) =>
  HALF_HOURS.includes(chosen) ? HALF_HOURS : [...HALF_HOURS, chosen].sort();

interface WindowProps {
  label: string;
  path: string;
  faults: readonly InputFault[];
  window: WindowDraft;
  change: (window: WindowDraft) => void;
}

export function WindowField({ label, path, faults, window, change }: WindowProps) {
  // A list, not the browser's own time field: that one says AM and PM to whom it likes.
  const time = (name: "from" | "to", text: string) => (
    <Field label={text} path={`${path}.${name}`} faults={[]}>
      <select
        value={window[name]}
        onChange={(event) => change({ ...window, [name]: event.currentTarget.value })}
      >
        {timesWith(window[name]).map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </Field>
  );
  const mine = faults.filter(({ field }) => field === path || field.startsWith(`${path}.`));
  return (
    <fieldset class={mine.length > 0 ? "group faulty" : "group"} data-path={path}>
      <legend>
        {label} <span class="muted">{window.day && dayNamed(window.day)}</span>
      </legend>
      <div class="field-row three">
        <Field label={t("visit.day")} path={`${path}.day`} faults={[]}>
          <input
            type="date"
            required
            value={window.day}
            onInput={(event) => change({ ...window, day: event.currentTarget.value })}
          />
        </Field>
        {time("from", t("visit.from"))}
        {time("to", t("visit.to"))}
      </div>
      <Faults faults={mine} />
    </fieldset>
  );
}
