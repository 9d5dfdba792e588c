/** The technician's phone: one job, one button. */

import { common, unitStateText } from "@roadflare/kit/common_words.ts";
import { language, speak } from "@roadflare/kit/words.ts";
import { useEffect } from "preact/hooks";
import { Banner } from "./Banner.tsx";
import { JobCard } from "./job/JobCard.tsx";
import { Steps } from "./job/Steps.tsx";
import { Lists } from "./Lists.tsx";
import { Login } from "./Login.tsx";
import { LogOut } from "./LogOut.tsx";
import { ShiftPanel } from "./ShiftPanel.tsx";
import { followPosition } from "./store/positions.ts";
import { unitStateOf } from "./store/progress.ts";
import { findRegion } from "./store/region.ts";
import { refused, session } from "./store/session.ts";
import { current, follow, list, listFault } from "./store/sync.ts";
import { t } from "./words.ts";

function Top() {
  const unit = list.value?.unit;
  const state = unit && unitStateOf(unit.state, current.value);
  return (
    <header class="top">
      <b class="unit-code">{unit?.code ?? "Roadflare"}</b>
      {state && <span class={`unit-state ${state}`}>{unitStateText(state)}</span>}
      <button
        type="button"
        class="button quiet"
        aria-label={common("language.switch")}
        onClick={() => speak(language.value === "zh" ? "en" : "zh")}
      >
        {common("language.other")}
      </button>
    </header>
  );
}

function Work() {
  useEffect(() => {
    const stops = [follow(), followPosition(), findRegion()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  const job = current.value;
  const open = job && job.allowed.length > 0 ? job : null;
  return (
    <>
      <Banner />
      <main class="scroll">
        {!list.value && !listFault.value && (
          <p class="ready" role="status">
            {t("loading")}
          </p>
        )}
        {open && <JobCard job={open} key={open.job_id} />}
        {list.value && !open && <ShiftPanel />}
        <Lists />
        {list.value?.unit.state !== "off_shift" && <LogOut class="quiet logout" />}
      </main>
      {open && <Steps job={open} key={open.job_id} />}
    </>
  );
}

export function App() {
  useEffect(() => {
    document.title = t("page.title");
  }, [language.value]);
  const inside = session.value && !refused.value;
  return (
    <div class="phone">
      <Top />
      {inside ? <Work key={session.value?.unit_id} /> : <Login />}
    </div>
  );
}
