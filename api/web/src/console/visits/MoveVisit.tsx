/** Moving a booked visit to another slot: code and owner's link stay. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { dayOf, timeRange, timezone } from "@roadflare/kit/format.ts";
import { useState } from "preact/hooks";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { useConfirming } from "../shell/use_confirming.ts";
import { movingVisit } from "../store/selection.ts";
import { moveVisit } from "../store/visits.ts";
import { t } from "../words.ts";
import { draftOf, mayMoveFirst, windowOf } from "./visit_draft.ts";
import { WindowField } from "./WindowField.tsx";

const movedText = ({ code, window }: Appointment) =>
  t("visit.movedDone", { code, when: `${dayOf(window[0])} ${timeRange(window)}` });

export function MoveVisit({ visit }: { visit: Appointment }) {
  const close = () => {
    movingVisit.value = false;
  };
  const zone = timezone.value ?? undefined;
  const { fault, busy, confirm } = useConfirming(close);
  const [first, setFirst] = useState(() => draftOf(visit.window, zone));
  const [back, setBack] = useState(() =>
    visit.return_window ? draftOf(visit.return_window, zone) : null,
  );
  const both = mayMoveFirst(visit);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const body = {
      ...(both ? { window: windowOf(first, zone) } : {}),
      ...(back ? { return_window: windowOf(back, zone) } : {}),
    };
    void confirm(() => moveVisit(visit, body, movedText));
  };
  return (
    <Dialog title={t("visit.moveTitle", { code: visit.code })} onClose={close}>
      <form class="ask" onSubmit={submit}>
        <p class="muted">{t("visit.moveHint")}</p>
        {both && (
          <WindowField
            label={back ? t("visit.fetch") : t("visit.window")}
            path="window"
            faults={[]}
            window={first}
            change={setFirst}
          />
        )}
        {back && (
          <WindowField
            label={t("visit.back")}
            path="return_window"
            faults={[]}
            window={back}
            change={setBack}
          />
        )}
        <DialogFoot back={close} fault={fault} disabled={busy} />
      </form>
    </Dialog>
  );
}
