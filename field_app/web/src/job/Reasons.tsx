/** Ways out of a job, each with a reason: dispatch must know why. */

import type { FieldEventKind } from "@roadflare/kit/contract.ts";
import { useState } from "preact/hooks";
import { Sheet } from "../Sheet.tsx";
import { report } from "../store/sync.ts";
import { t } from "../words.ts";

type WayOut = "declined" | "gone_on_arrival" | "not_possible";

const REASONS = {
  declined: () => [
    t("why.declined.1"),
    t("why.declined.2"),
    t("why.declined.3"),
    t("why.declined.4"),
  ],
  gone_on_arrival: () => [
    t("why.gone_on_arrival.1"),
    t("why.gone_on_arrival.2"),
    t("why.gone_on_arrival.3"),
  ],
  not_possible: () => [
    t("why.not_possible.1"),
    t("why.not_possible.2"),
    t("why.not_possible.3"),
    t("why.not_possible.4"),
  ],
} satisfies Record<WayOut, () => string[]>;

function Reason({ kind, jobId, onClose }: { kind: WayOut; jobId: number; onClose: () => void }) {
  const [other, setOther] = useState<string | null>(null);
  const send = (reason: string) => {
    report(kind, jobId, reason);
    onClose();
  };
  return (
    <Sheet title={t(`do.${kind}`)} onClose={onClose}>
      <p class="muted">{t("ask.reason")}</p>
      {other === null ? (
        <>
          {REASONS[kind]().map((reason) => (
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
  jobId: number;
  waysOut: FieldEventKind[];
  others: FieldEventKind[];
  onClose: () => void;
}

export function WaysOut({ jobId, waysOut, others, onClose }: WaysOutProps) {
  const [asked, setAsked] = useState<WayOut | null>(null);
  if (asked) return <Reason kind={asked} jobId={jobId} onClose={onClose} />;
  return (
    <Sheet title={t("do.more")} onClose={onClose}>
      {others.map((kind) => (
        <button
          type="button"
          class="button big"
          key={kind}
          onClick={() => {
            report(kind, jobId);
            onClose();
          }}
        >
          {kind === "done" ? t("do.doneHere") : t(`do.${kind}`)}
        </button>
      ))}
      {waysOut.map((kind) => (
        <button
          type="button"
          class="button big danger"
          key={kind}
          onClick={() => setAsked(kind as WayOut)}
        >
          {t(`do.${kind}`)}
        </button>
      ))}
    </Sheet>
  );
}
