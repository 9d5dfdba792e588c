/** Ways out of a job, each with a reason: dispatch must know why. */

import type { FieldEventKind, FieldJob } from "@roadflare/kit/contract.ts";
import { useState } from "preact/hooks";
import { Sheet } from "../Sheet.tsx";
import { report } from "../store/sync.ts";
import { t } from "../words.ts";
import { reasonsFor, stepText, type WayOut } from "./step_words.ts";

function Reason({ kind, job, onClose }: { kind: WayOut; job: FieldJob; onClose: () => void }) {
  const [other, setOther] = useState<string | null>(null);
  const send = (reason: string) => {
    report(kind, job.job_id, { reason });
    onClose();
  };
  return (
    <Sheet title={stepText(job, kind)} onClose={onClose}>
      <p class="muted">{t("ask.reason")}</p>
      {other === null ? (
        <>
          {reasonsFor(job, kind).map((reason) => (
            <button type="button" class="button big" key={reason} onClick={() => send(reason)}>
              {reason}
            </button>
          ))}
          <button type="button" class="button big" onClick={() => setOther("")}>
            {t("why.other")}
          </button>
        </>
      ) : (
        <>
          <textarea
            rows={3}
            maxLength={400}
            aria-label={t("ask.reason")}
            value={other}
            onInput={(event) => setOther(event.currentTarget.value)}
          />
          <button
            type="button"
            class="button big primary"
            disabled={other.trim() === ""}
            onClick={() => send(other.trim())}
          >
            {t("ask.send")}
          </button>
        </>
      )}
    </Sheet>
  );
}

interface WaysOutProps {
  job: FieldJob;
  waysOut: FieldEventKind[];
  others: FieldEventKind[];
  onClose: () => void;
}

export function WaysOut({ job, waysOut, others, onClose }: WaysOutProps) {
  const [asked, setAsked] = useState<WayOut | null>(null);
  if (asked) return <Reason kind={asked} job={job} onClose={onClose} />;
  return (
    <Sheet title={t("do.more")} onClose={onClose}>
      {others.map((kind) => (
        <button
          type="button"
          class="button big"
          key={kind}
          onClick={() => {
            report(kind, job.job_id);
            onClose();
          }}
        >
          {kind === "done" ? t("do.doneHere") : stepText(job, kind)}
        </button>
      ))}
      {waysOut.map((kind) => (
        <button
          type="button"
          class="button big danger"
          key={kind}
          onClick={() => setAsked(kind as WayOut)}
        >
          {stepText(job, kind)}
        </button>
      ))}
    </Sheet>
  );
}
