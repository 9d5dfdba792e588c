/** After saving: what to tell the caller before hanging up. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { Sentence } from "@roadflare/kit/sentence.tsx";
import { said } from "@roadflare/kit/words.ts";
import { useEffect, useRef } from "preact/hooks";
import { selectIncident } from "../store/selection.ts";
import { t } from "../words.ts";

function sentence(incident: Incident): string {
  if (incident.outcome === "solved_remotely") {
    const advice = incident.triage.options.map((option) => said(option.label)).join(" ");
    return t("new.solved", { text: advice });
  }
  const by = incident.promised_at ?? incident.target_at;
  return by ? t("new.promised", { time: timeOfDay(by) }) : t("new.promisedNone");
}

/** Number and promise in one line. */
export const promiseOf = (incident: Incident) => `${incident.number} · ${sentence(incident)}`;

export function Promised({ incident, again }: { incident: Incident; again: () => void }) {
  const open = useRef<HTMLButtonElement>(null);
  useEffect(() => open.current?.focus(), []); // the field that had the focus is gone
  return (
    <div class="promised" role="status">
      <Icon name="check" size={36} />
      <p class="promised-number">{incident.number}</p>
      <p class="promised-sentence">{sentence(incident)}</p>
      {incident.n_calls > 1 && (
        <p>
          <Sentence text={t("done.merged", { number: incident.number })} />
        </p>
      )}
      {incident.warnings.map((warning) => (
        <p class="text-at-risk" key={warning.code}>
          {said(warning.text)}
        </p>
      ))}
      <p>{said(incident.entitlement.reason)}</p>
      <div class="ask-buttons">
        <button type="button" class="button" onClick={again}>
          {t("new.another")}
        </button>
        <button
          type="button"
          class="button primary"
          ref={open}
          onClick={() => selectIncident(incident.id)}
        >
          {t("new.open")}
        </button>
      </div>
    </div>
  );
}
