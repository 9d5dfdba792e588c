/** Leaving the phone to somebody else, from wherever one is. */

import { useState } from "preact/hooks";
import { Sheet } from "./Sheet.tsx";
import { logOut } from "./store/session.ts";
import { forgetList, list, nUnsent } from "./store/sync.ts";
import { t } from "./words.ts";

function leave(): void {
  forgetList();
  logOut();
}

export function LogOut({ class: look }: { class: string }) {
  const [asking, setAsking] = useState(false);
  const n = nUnsent.value;
  const onShift = list.value !== null && list.value.unit.state !== "off_shift";
  return (
    <>
      <button
        type="button"
        class={`button ${look}`}
        onClick={() => (n > 0 || onShift ? setAsking(true) : leave())}
      >
        {t("logout")}
      </button>
      {asking && (
        <Sheet title={t("logout.sure")} onClose={() => setAsking(false)}>
          {onShift && <p>{t("logout.onShift")}</p>}
          {n > 0 && <p>{t("logout.unsent", { n })}</p>}
          <button type="button" class="button big" onClick={leave}>
            {t("logout")}
          </button>
        </Sheet>
      )}
    </>
  );
}
