/** What is shown when there is no job: off shift, on a break, or ready. */

import type { FieldShift, UnitState } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { useState } from "preact/hooks";
import { EndShift } from "./EndShift.tsx";
import { LogOut } from "./LogOut.tsx";
import { problemText } from "./problem_words.ts";
import { hereNow } from "./store/positions.ts";
import { current, list, shift, unsent } from "./store/sync.ts";
import { t } from "./words.ts";

type Action = FieldShift["action"];

function titleOf(state: UnitState): { title: string; text: string } {
  if (unsent.value.length > 0) return { title: t("kept.title"), text: t("kept.text") };
  if (current.value) return { title: t("done.title"), text: t("done.text") };
  if (state === "off_shift") return { title: t("shift.offTitle"), text: t("shift.offText") };
  if (state === "paused") return { title: t("shift.pausedTitle"), text: "" };
  return { title: t("idle.title"), text: t("idle.text") };
}

function actionsOf(state: UnitState): { primary: Action | null; others: Action[] } {
  if (state === "off_shift") return { primary: "start", others: [] };
  if (state === "paused") return { primary: "resume", others: ["end"] };
  return { primary: null, others: state === "idle" ? ["pause", "end"] : [] };
}

export function ShiftPanel() {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const [ending, setEnding] = useState(false);
  const known = list.value;
  if (!known) return null;
  const { unit } = known;
  const { title, text } = titleOf(unit.state);
  const { primary, others } = actionsOf(unit.state);
  const hasActions = primary !== null || others.length > 0;
  const act = async (action: Action) => {
    setEnding(false);
    setBusy(true);
    setFault("");
    try {
      const at = hereNow();
      await shift(action, at && [at.lon, at.lat]);
    } catch (error) {
      setFault(t("failed", { reason: problemText(error) }));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <section class="ready">
        <Icon name={unit.state === "idle" ? "check" : "clock"} size={44} />
        <h2>{title}</h2>
        <p class="muted">{text}</p>
        {unit.shift_end_at && unit.state !== "off_shift" && (
          <p class="muted">{t("shift.until", { time: timeOfDay(unit.shift_end_at) })}</p>
        )}
        {unit.state === "off_shift" && <p class="muted small">{t("shift.trail")}</p>}
        {fault && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </section>
      {hasActions && (
        <footer class="steps">
          {others.map((action) => (
            <button
              type="button"
              class="button more"
              key={action}
              disabled={busy}
              onClick={() => (action === "end" ? setEnding(true) : void act(action))}
            >
              {t(`shift.${action}`)}
            </button>
          ))}
          {unit.state === "off_shift" && <LogOut class="more" />}
          {primary && (
            <button
              type="button"
              class="button next"
              disabled={busy}
              onClick={() => void act(primary)}
            >
              {t(`shift.${primary}`)}
            </button>
          )}
        </footer>
      )}
      {ending && others.includes("end") && (
        <EndShift list={known} onClose={() => setEnding(false)} end={() => void act("end")} />
      )}
    </>
  );
}
