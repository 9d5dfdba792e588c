/** Booking a visit: what, when, whose car, where. */

import type { Appointment } from "@roadflare/kit/contract.ts";
import { dayOf, timeRange, timezone } from "@roadflare/kit/format.ts";
import type { InputFault } from "@roadflare/kit/http.ts";
import { Icon } from "@roadflare/kit/icons.tsx";
import { now } from "@roadflare/kit/server_clock.ts";
import { dayIn } from "@roadflare/kit/zoned.ts";
import { useMemo, useState } from "preact/hooks";
import { OwnerLink } from "../card/OwnerLink.tsx";
import { Chip } from "../form/Chip.tsx";
import { Field } from "../form/Field.tsx";
import { FormCard } from "../form/FormCard.tsx";
import { useKeeping } from "../form/use_keeping.ts";
import { useSending } from "../form/use_sending.ts";
import { CallerFields } from "../intake/CallerFields.tsx";
import { CarFields } from "../intake/CarFields.tsx";
import { hasPlace } from "../intake/draft.ts";
import { PlaceField } from "../intake/PlaceField.tsx";
import { useDraft } from "../intake/use_draft.ts";
import { visitDrafts } from "../store/drafts.ts";
import { bookingVisit, openVisitCard } from "../store/selection.ts";
import { say } from "../store/toasts.ts";
import { learnVisit, showDay } from "../store/visits.ts";
import { region } from "../store/world.ts";
import { t } from "../words.ts";
import { nextVisit, type VisitDraft, visitOf } from "./visit_draft.ts";
import { WindowField } from "./WindowField.tsx";

const SHOWN_PATHS =
  /^(caller\.|location|location_note|vehicle|window|return_window|centre_id|note)/;

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
            <Chip
              key={kind}
              on={visit.kind === kind}
              press={() => change({ kind })}
              text={t(`visit.${kind}`)}
            />
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

function tellOf({ window, code }: Appointment): string {
  return t("visit.tell", { when: `${dayOf(window[0])} ${timeRange(window)}`, code });
}

function Booked({ visit, again }: { visit: Appointment; again: () => void }) {
  return (
    <div class="promised" role="status">
      <Icon name="check" size={36} />
      <p class="promised-number">{t("visit.code")}</p>
      <p class="visit-code">{visit.code}</p>
      <p class="promised-sentence">{tellOf(visit)}</p>
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
  const [booked, setBooked] = useState<Appointment | null>(null);
  const { draft, change } = useDraft(visitDrafts.place, booked === null);
  const keeping = useKeeping(visitDrafts, () => t("visit.book"), "B");
  const zone = timezone.value;
  const offered = useMemo(() => nextVisit(now.peek(), zone ?? undefined), [zone, booked]);
  const visit = visitDrafts.more.value ?? offered;
  const changeVisit = (part: Partial<VisitDraft>) => {
    visitDrafts.more.value = { ...visit, ...part };
  };
  const sending = useSending<Appointment>(
    "/appointments",
    () => visitOf(draft, visit, zone ?? undefined),
    [draft, visit],
    (done) => {
      visitDrafts.clear();
      showDay(dayIn(Date.parse(done.window[0]), zone ?? undefined));
      learnVisit(done);
      setBooked(done);
      if (!bookingVisit.value) say(tellOf(done)); // answered after the form was left
    },
    visitDrafts.sent,
  );
  const again = () => {
    sending.restart();
    setBooked(null);
  };
  const { faults } = sending;
  const parts = { draft, change, faults };
  return (
    <FormCard
      title={t("visit.book")}
      close={() => {
        bookingVisit.value = false;
      }}
      keeping={keeping}
      sending={sending}
      shown={SHOWN_PATHS}
      ready={zone !== null && hasPlace(draft) && draft.phone.trim() !== ""}
      save={t("visit.save")}
      taken={booked && <Booked visit={booked} again={again} />}
    >
      <What visit={visit} change={changeVisit} faults={faults} />
      <CallerFields {...parts} />
      <PlaceField {...parts} />
      <CarFields {...parts} />
      <Field label={t("visit.note")} path="note" faults={faults}>
        <input
          value={visit.note}
          maxLength={400}
          onInput={(event) => changeVisit({ note: event.currentTarget.value })}
        />
      </Field>
    </FormCard>
  );
}
