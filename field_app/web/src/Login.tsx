/** Unit and PIN, with keys large enough for gloves. */

import { useState } from "preact/hooks";
import { loginText } from "./problem_words.ts";
import { holdsUnsent } from "./store/outbox.ts";
import { logIn, refused } from "./store/session.ts";
import { list } from "./store/sync.ts";
import { t } from "./words.ts";

export function Login() {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setFault("");
    try {
      const unit = String(form.get("unit")).trim();
      await logIn(unit, String(form.get("pin")));
    } catch (error) {
      setFault(loginText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="login" onSubmit={(event) => void submit(event)}>
      <img src="./flare.svg" alt="" width="64" height="64" />
      <h1>{t("login.title")}</h1>
      {(refused.value || holdsUnsent(Object.keys(localStorage))) && <p>{t("login.again")}</p>}
      <label>
        {t("login.unit")}
        <input
          name="unit"
          required
          autocomplete="username"
          autocapitalize="characters"
          placeholder="T-07"
          defaultValue={list.value?.unit.code ?? ""}
        />
      </label>
      <label>
        {t("login.pin")}
        <input
          name="pin"
          type="password"
          inputMode="numeric"
          required
          autocomplete="current-password"
        />
      </label>
      <p class="fault" role="alert">
        {fault}
      </p>
      <button type="submit" class="button big primary" disabled={busy}>
        {busy ? t("login.busy") : t("login.go")}
      </button>
    </form>
  );
}
