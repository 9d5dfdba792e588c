/** Cancelling: asked twice, with a reason, so that nobody is left at the road by a slip. */

import { useRef, useState } from "preact/hooks";
import { refusalText } from "./refusal.ts";
import { cancel } from "./store.ts";
import { t } from "./words.ts";

export function Cancel() {
  const box = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState("");
  const reasons = [t("cancel.working"), t("cancel.other"), t("cancel.long"), t("cancel.mistake")];
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
        {t("act.cancel")}
      </button>
      <dialog ref={box} class="sheet" aria-label={t("cancel.title")}>
        <h2>{t("cancel.title")}</h2>
        <p>{t("cancel.text")}</p>
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
          {t("cancel.no")}
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
