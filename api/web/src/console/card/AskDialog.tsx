/** The dialog of the open question: a reason, a note, or a yes. */

import { Dialog } from "../shell/Dialog.tsx";
import { cancel, offerToContractor, reveal, solveRemotely } from "../store/actions.ts";
import { t } from "../words.ts";
import { type Question, question } from "./ask.ts";

function titleOf({ what, about }: Question): string {
  const number = about.number;
  if (what === "cancel") return t("ask.cancel", { number });
  if (what === "reveal") return t("ask.reveal", { number });
  return what === "solve" ? t("ask.solve", { number }) : t("ask.contractor", { number });
}

async function answer({ what, about }: Question, text: string): Promise<void> {
  question.value = null;
  if (what === "cancel") await cancel(about, text);
  else if (what === "solve") await solveRemotely(about, text);
  else if (what === "reveal") await reveal(about, text);
  else await offerToContractor(about);
}

export function AskDialog() {
  const asked = question.value;
  if (!asked) return null;
  const close = () => {
    question.value = null;
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void answer(asked, String(form.get("text") ?? "").trim());
  };
  const suggestions = [t("ask.cancelOwner"), t("ask.cancelTwice"), t("ask.cancelPolice")];
  return (
    <Dialog title={titleOf(asked)} onClose={close}>
      <form class="ask" onSubmit={submit}>
        {asked.what === "contractor" ? (
          <p>{t("ask.contractorHint")}</p>
        ) : (
          <label>
            {asked.what === "solve" ? t("ask.note") : t("ask.reason")}
            <input
              name="text"
              required
              maxLength={200}
              list="ask-suggestions"
              autocomplete="off"
              defaultValue={asked.what === "reveal" ? t("ask.revealReason") : ""}
            />
          </label>
        )}
        {asked.what === "cancel" && (
          <datalist id="ask-suggestions">
            {suggestions.map((text) => (
              <option value={text} key={text} />
            ))}
          </datalist>
        )}
        <div class="ask-buttons">
          <button type="button" class="button" onClick={close}>
            {t("ask.no")} <kbd>Esc</kbd>
          </button>
          <button type="submit" class="button primary">
            {t("ask.yes")} <kbd>↵</kbd>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
