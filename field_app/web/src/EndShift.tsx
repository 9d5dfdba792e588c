/** Whether the shift is over, and what others take over then: a wet thumb is asked too. */

import type { FieldJobs } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { now } from "@roadflare/kit/server_clock.ts";
import { Jobs } from "./Lists.tsx";
import { Sheet } from "./Sheet.tsx";
import { t } from "./words.ts";

interface EndShiftProps {
  list: FieldJobs;
  end: () => void;
  onClose: () => void;
}

export function EndShift({ list: { unit, next, visits }, end, onClose }: EndShiftProps) {
  const left = [...next, ...visits];
  return (
    <Sheet title={t("shift.endSure")} onClose={onClose}>
      <p>{t("shift.endMeans")}</p>
      {unit.shift_end_at && Date.parse(unit.shift_end_at) > now.value && (
        <p>{t("shift.endEarly", { time: timeOfDay(unit.shift_end_at) })}</p>
      )}
      {left.length > 0 && (
        <section class="later">
          <p>{t("shift.endLeaves", { n: left.length })}</p>
          <Jobs jobs={left} />
        </section>
      )}
      <button type="button" class="button big" onClick={end}>
        {t("shift.end")}
      </button>
    </Sheet>
  );
}
