/** Booking a visit: what, when, whose car, where. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { dayNamed, dayOf, timeRange, timezone } from "@roadflare/kit/format.ts";
import { type InputFault, ProblemError } from "@roadflare/kit/http.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import { dayIn } from "@roadflare/kit/zoned.ts";
import { useRef, useState } from "preact/hooks";
import { OwnerLink } from "../card/OwnerLink.tsx";
import { CallerFields } from "../intake/CallerFields.tsx";
import { CarFields } from "../intake/CarFields.tsx";
import { hasPlace } from "../intake/draft.ts";
import { Faults, Field } from "../intake/Field.tsx";
import { PlaceField } from "../intake/PlaceField.tsx";
import { useDraft } from "../intake/use_draft.ts";
import { picking } from "../map/view.ts";
import { bookingVisit, openVisitCard } from "../store/selection.ts";
import { call } from "../store/session.ts";
import { sayProblem } from "../store/toasts.ts";
import { learnVisit, showDay } from "../store/visits.ts";
import { region } from "../store/world.ts";
import { t } from "../words.ts";
import { nextVisit, type VisitDraft, visitOf, type WindowDraft } from "./visit_draft.ts";

const SHOWN_PATHS =
  /^(caller\.|location|location_note|vehicle|window|return_window|centre_id|note)/;

const HALF_HOURS = Array.from({ length: 48 }, (_, n) => {
  const hour = String(Math.floor(n / 2)).padStart(2, "0");
  return `${hour}:${n % 2 ? "30" : "00"}`;
});

interface WindowProps {
  label: string;
  path: string;
  faults: readonly InputFault[];
  window: WindowDraft;
  change: (window: WindowDraft) => void;
}

function WindowField({ label, path, faults, window, change }: WindowProps) {
  // A list, not the browser's own time field: that one says AM and PM to whom it likes.
  const time = (name: "from" | "to", text: string) => (
    <Field label={text} path={`${path}.${name}`} faults={[]}>
      <select
        value={window[name]}
        onChange={(event) => change({ ...window, [name]: event.currentTarget.value })}
      >
        {HALF_HOURS.map((half) => (
          <option key={half}>{half}</option>
        ))}
      </select>
    </Field>
  );
  const mine = faults.filter(({ field }) => field === path || field.startsWith(`${path}.`));
  return (
    <fieldset class={mine.length > 0 ? "group faulty" : "group"} data-path={path}>
      <legend>
        {label} <span class="muted">{window.day && dayNamed(window.day)}</span>
      </legend>
      <div class="field-row three">
        <Field label={t("visit.day")} path={`${path}.day`} faults={[]}>
          <input
            type="date"
            required
            value={window.day}
            onInput={(event) => change({ ...window, day: event.currentTarget.value })}
          />
        </Field>
        {time("from", t("visit.from"))}
        {time("to", t("visit.to"))}
      </div>
      <Faults faults={mine} />
    </fieldset>
  );
}

interface WhatProps {
  visit: VisitDraft;
  change: (part: Partial<VisitDraft>) => void;
  faults: readonly InputFault[];
}

function What({ visit, change, faults }: WhatProps) {
  const fetched = visit.kind === "pickup_delivery";
  return (
    <>
      <fieldset class="group">
        <legend>{t("visit.what")}</legend>
        <div class="chips">
          {(["pickup_delivery", "installation"] as const).map((kind) => (
            <button
              type="button"
              class="chip"
              key={kind}
              aria-pressed={visit.kind === kind}
              onClick={() => change({ kind })}
            >
              {t(`visit.${kind}`)}
            </button>
          ))}
        </div>
      </fieldset>
      <WindowField
        label={fetched ? t("visit.fetch") : t("visit.window")}
        path="window"
        faults={faults}
        window={visit.window}
        change={(window) => change({ window })}
      />
      {fetched && (
        <>
          <WindowField
            label={t("visit.back")}
            path="return_window"
            faults={faults}
            window={visit.back}
            change={(back) => change({ back })}
          />
          <Field label={t("visit.centre")} path="centre_id" faults={faults}>
            <select
              value={visit.centreId ?? ""}
              onChange={(event) => change({ centreId: Number(event.currentTarget.value) || null })}
            >
              <option value="">{t("visit.nearest")}</option>
              {region.value?.centres.map(({ id, name }) => (
                <option value={id} key={id}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
        </>
      )}
    </>
  );
}

function Booked({ visit, again }: { visit: Appointment; again: () => void }) {
  const when = `${dayOf(visit.window[0])} ${timeRange(visit.window)}`;
  return (
    <div class="promised" role="status">
      <Icon name="check" size={36} />
      <p class="promised-number">{t("visit.code")}</p>
      <p class="visit-code">{visit.code}</p>
      <p class="promised-sentence">{t("visit.tell", { when, code: visit.code })}</p>
      {visit.track_url && <OwnerLink url={visit.track_url} />}
      <div class="ask-buttons">
        <button type="button" class="button" onClick={again}>
          {t("visit.another")}
        </button>
        <button type="button" class="button primary" onClick={() => openVisitCard(visit.id)}>
          {t("visit.open")}
        </button>
      </div>
    </div>
  );
}

export function VisitForm() {
  const { draft, change, reset } = useDraft();
  const [visit, setVisit] = useState(() => nextVisit(now.peek(), timezone.peek()));
  const [faults, setFaults] = useState<readonly InputFault[]>([]);
  const [saving, setSaving] = useState(false);
  const [booked, setBooked] = useState<Appointment | null>(null);
  const key = useRef(uniqueId());

  const again = () => {
    key.current = uniqueId();
    reset();
    setFaults([]);
    setBooked(null);
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const body = visitOf(draft, visit, timezone.value);
      const done = await call<Appointment>("/appointments", { body, idempotencyKey: key.current });
      picking.value = false;
      showDay(dayIn(Date.parse(done.window[0]), timezone.value));
      learnVisit(done);
      setBooked(done);
    } catch (error) {
      if (error instanceof ProblemError && error.faults.length > 0) {
        setFaults(error.faults);
        key.current = uniqueId(); // a corrected body is another request
      } else sayProblem(error);
    } finally {
      setSaving(false);
    }
  };
  const parts = { draft, change, faults };
  return (
    <article class="card intake" aria-label={t("visit.book")}>
      <header class="card-head">
        <h2>{t("visit.book")}</h2>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={t("new.discard")}
          onClick={() => {
            bookingVisit.value = false;
          }}
        >
          <Icon name="close" size={18} />
        </button>
      </header>
      {booked ? (
        <Booked visit={booked} again={again} />
      ) : (
        <form onSubmit={(event) => void save(event)} novalidate>
          <div class="scroll">
            <What
              visit={visit}
              change={(part) => setVisit({ ...visit, ...part })}
              faults={faults}
            />
            <CallerFields {...parts} />
            <PlaceField {...parts} />
            <CarFields {...parts} />
            <Field label={t("visit.note")} path="note" faults={faults}>
              <input
                value={visit.note}
                maxLength={400}
                onInput={(event) => setVisit({ ...visit, note: event.currentTarget.value })}
              />
            </Field>
            <Faults faults={faults.filter(({ field }) => !SHOWN_PATHS.test(field))} />
          </div>
          <footer class="intake-save">
            {faults.length > 0 && (
              <span class="text-breached" role="alert">
                {t("new.faults", { n: faults.length })}
              </span>
            )}
            <button
              type="submit"
              class="button primary"
              disabled={saving || !hasPlace(draft) || draft.phone.trim() === ""}
            >
              {saving ? t("new.saving") : t("visit.save")} <kbd>↵</kbd>
            </button>
          </footer>
        </form>
      )}
    </article>
  );
}
