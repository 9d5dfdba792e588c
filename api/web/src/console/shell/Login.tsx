/** The door: user name and password. */

import { useState } from "preact/hooks";
import { expired, logIn } from "../store/session.ts";
import { problemText } from "../store/toasts.ts";
import { t } from "../words.ts";
import { LanguageSwitch } from "./LanguageSwitch.tsx";

export function Login() {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setFault("");
    try {
      await logIn(String(form.get("user")), String(form.get("secret")));
    } catch (error) {
      setFault(problemText(error));
      setBusy(false);
    }
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)}>
        <img src="./flare.svg" alt="" width="48" height="48" />
        <h1>{t("login.title")}</h1>
        {expired.value && <p class="text-at-risk">{t("login.expired")}</p>}
        <label>
          {t("login.user")}
          <input name="user" required autocomplete="username" />
        </label>
        <label>
          {t("login.secret")}
          <input name="secret" type="password" required autocomplete="current-password" />
        </label>
        <p class="field-fault" role="alert">
          {fault}
        </p>
        <button type="submit" class="button primary" disabled={busy}>
          {busy ? t("login.busy") : t("login.go")}
        </button>
        <LanguageSwitch />
      </form>
    </main>
  );
}
