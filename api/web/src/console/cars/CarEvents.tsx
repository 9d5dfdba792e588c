/** What happened to a car before: incidents and visits, newest first, each a link to its card. */

import { faultText } from "@roadflare/kit/common_words.ts";
import type { CarHistory } from "@roadflare/kit/contract.ts";
import { dayOf, timezone } from "@roadflare/kit/format.ts";
import { dayIn } from "@roadflare/kit/zoned.ts";
import { visitKind, visitStage } from "../visits/visit_words.ts";
import { t } from "../words.ts";

const SHOWN_AT_ONCE = 3;

interface CarEvent {
  href: string;
  name: string;
  at: string;
  what: string;
  how: string;
}

function eventsOf({ incidents, visits }: CarHistory): CarEvent[] {
  const calls = incidents.map((it) => ({
    href: `#incident=${it.id}`,
    name: it.number,
    at: it.received_at,
    what: faultText(it.fault),
    how: it.outcome ? t(`outcome.${it.outcome}`) : t(`stage.${it.state}`),
  }));
  const booked = visits.map((it) => ({
    href: `#visit=${it.id}&day=${dayIn(Date.parse(it.starts_at), timezone.value ?? undefined)}`,
    name: it.code,
    at: it.starts_at,
    what: visitKind(it),
    how: visitStage(it),
  }));
  return [...calls, ...booked].sort((a, b) => b.at.localeCompare(a.at));
}

const Rows = ({ events }: { events: CarEvent[] }) => (
  <ul class="car-events">
    {events.map((it) => (
      <li key={it.href}>
        <a href={it.href}>{it.name}</a>
        <span class="muted">{dayOf(it.at)}</span>
        <span>
          {it.what} · {it.how}
        </span>
      </li>
    ))}
  </ul>
);

export function CarEvents({ history }: { history: CarHistory }) {
  const events = eventsOf(history);
  const later = events.slice(SHOWN_AT_ONCE);
  return (
    <>
      {events.length > 0 && <Rows events={events.slice(0, SHOWN_AT_ONCE)} />}
      {later.length > 0 && (
        <details>
          <summary>{t("car.more", { n: later.length })}</summary>
          <Rows events={later} />
        </details>
      )}
    </>
  );
}
