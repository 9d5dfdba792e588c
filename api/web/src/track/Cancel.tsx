/** Cancelling: asked twice, with a reason, so that nobody is left at the road by a slip. */

import type { Track } from "@roadflare/kit/contract.ts";
import { useRef, useState } from "preact/hooks";
import { refusalText } from "./refusal.ts";
import { cancel } from "./store.ts";
import { t } from "./words.ts";

const WORDS = {
  incident: {
    act: "act.cancel",
    title: "cancel.title",
    text: "cancel.text",
    reasons: ["cancel.working", "cancel.other", "cancel.long", "cancel.mistake"],
    no: "cancel.no",
  },
  appointment: {
    act: "act.cancelVisit",
    title: "cancelVisit.title",
    text: "cancelVisit.text",
    reasons: ["cancelVisit.time", "cancelVisit.needless", "cancelVisit.mistake"],
    no: "cancelVisit.no",
  },
} as const;

export function Cancel({ kind }: Pick<Track, "kind">) {
  const words = WORDS[kind];
  const box = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const reasons = words.reasons.map((key) => t(key));
  const confirm = async () => {
    try {
      await cancel(reason);
      box.current?.close();
    } catch (error) {
      setFault(refusalText(error, "cancel"));
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => box.current?.showModal()}>
        {t(words.act)}
      </button>
      <dialog ref={box} class="sheet" aria-label={t(words.title)}>
        <h2>{t(words.title)}</h2>
        <p>{t(words.text)}</p>
        <fieldset>
          <legend>{t("cancel.reason")}</legend>
          {reasons.map((text) => (
            <label key={text}>
              <input
                type="radio"
                name="reason"
                checked={reason === text}
                onChange={() => setReason(text)}
              />
              {text}
            </label>
          ))}
        </fieldset>
        {fault && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        <button type="button" class="button big primary" onClick={() => box.current?.close()}>
          {t(words.no)}
        </button>
        <button
          type="button"
          class="button big danger"
          disabled={reason === ""}
          onClick={() => void confirm()}
        >
          {t("cancel.yes")}
        </button>
      </dialog>
    </>
  );
}
