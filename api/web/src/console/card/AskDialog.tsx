/** The dialog of the open question: a reason, a note, or a yes. */

import type { Incident } from "@roadflare/kit/contract.ts";
import { timeOfDay } from "@roadflare/kit/format.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import { useRef } from "preact/hooks";
import { Dialog } from "../shell/Dialog.tsx";
import { DialogFoot } from "../shell/DialogFoot.tsx";
import { useConfirming } from "../shell/use_confirming.ts";
import {
  addNote,
  cancel,
  changeEta,
  offerToContractor,
  reveal,
  seenAnew,
  solveRemotely,
} from "../store/actions.ts";
import { t } from "../words.ts";
import { type Question, question } from "./ask.ts";
import { CONTRACTOR_FIELD, ContractorChoices } from "./ContractorChoices.tsx";
import { MergeDialog } from "./MergeDialog.tsx";

function titleOf({ what, about }: Question): string {
  const number = about.number;
  if (what === "cancel") return t("ask.cancel", { number });
  if (what === "reveal") return t("ask.reveal", { number });
  if (what === "note") return t("ask.addNote", { number });
  if (what === "eta") return t("ask.eta", { number, name: about.contractor?.name ?? "" });
  return what === "solve" ? t("ask.solve", { number }) : t("ask.contractor", { number });
}

/** Returns what went wrong. */
function answer({ what, about }: Question, form: FormData, key: string): Promise<string> {
  const text = textIn(form);
  if (what === "note") return addNote(about, text, key);
  if (what === "cancel") return cancel(about, text);
  if (what === "solve") return solveRemotely(about, text);
  if (what === "reveal") return reveal(about, text);
  if (what === "eta") return changeEta(about, Number(form.get(ETA_FIELD)));
  return offerToContractor(about, Number(form.get(CONTRACTOR_FIELD)) || null);
}

const ETA_FIELD = "eta_min";

/** The longest that anybody may give, minutes. */
const ETA_MOST = 600;

function EtaField({ about }: { about: Incident }) {
  const eta = about.contractor?.eta_at;
  return (
    <label>
      {eta ? t("ask.etaMinutesNow", { time: timeOfDay(eta) }) : t("ask.etaMinutes")}
      <input
        name={ETA_FIELD}
        type="number"
        required
        min={1}
        max={ETA_MOST}
        step={1}
        inputMode="numeric"
        autocomplete="off"
      />
    </label>
  );
}

/** What the question is answered with. */
function Answer({ asked: { what, about } }: { asked: Question }) {
  if (what === "contractor") return <ContractorChoices about={about} />;
  if (what === "eta") return <EtaField about={about} />;
  return (
    <label>
      {["solve", "note"].includes(what) ? t("ask.note") : t("ask.reason")}
      <input
        name="text"
        required
        pattern=".*\S.*"
        maxLength={what === "note" ? 400 : 200}
        list="ask-suggestions"
        autocomplete="off"
        defaultValue={what === "reveal" ? t("ask.revealReason") : ""}
      />
    </label>
  );
}

const textIn = (form: FormData) => String(form.get("text") ?? "").trim();

const close = () => {
  question.value = null;
};

/** What was written stays until it has been taken; sent again, it builds on what is true by then. */
function useAnswer(asked: Question) {
  const { fault, busy, confirm } = useConfirming(close);
  const sent = useRef({ text: "", key: "" });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void confirm(async () => {
      const text = textIn(form);
      if (sent.current.text !== text || !sent.current.key) sent.current = { text, key: uniqueId() };
      const failed = await answer(asked, form, sent.current.key);
      const about = failed ? await seenAnew(asked.about) : asked.about;
      if (failed && question.peek() === asked) question.value = { ...asked, about };
      return failed;
    });
  };
  return { fault, busy, submit };
}

function Asking({ asked }: { asked: Question }) {
  const { fault, busy, submit } = useAnswer(asked);
  const suggestions = [t("ask.cancelOwner"), t("ask.cancelTwice"), t("ask.cancelPolice")];
  return (
    <Dialog title={titleOf(asked)} onClose={close}>
      <form class="ask" onSubmit={submit}>
        <Answer asked={asked} />
        {asked.what === "cancel" && (
          <datalist id="ask-suggestions">
            {suggestions.map((text) => (
              <option value={text} key={text} />
            ))}
          </datalist>
        )}
        <DialogFoot back={close} fault={fault} disabled={busy} />
      </form>
    </Dialog>
  );
}

export function AskDialog() {
  const asked = question.value;
  if (asked?.what === "merge") return <MergeDialog about={asked.about} close={close} />;
  return asked && <Asking asked={asked} key={`${asked.what} ${asked.about.id}`} />;
}
