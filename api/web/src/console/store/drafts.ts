/**
 * What is being filled in and not sent yet. A call that is being taken must survive a stray click:
 * it is kept here until it is sent or discarded, whatever is looked at meanwhile. Who logs out
 * leaves nothing behind; a session that ended by itself may have ended in the middle of a call.
 */

import { batch, effect, type Signal, signal } from "@preact/signals";
import type { Incident } from "@roadflare/kit/contract.ts";
import type { Sent } from "../form/use_sending.ts";
import { type Draft, EMPTY, isBegun } from "../intake/draft.ts";
import type { RoadDraft } from "../roads/road_draft.ts";
import type { VisitDraft } from "../visits/visit_draft.ts";
import { expired, token } from "./session.ts";

export interface Drafts<More> {
  /** What the form begins with. */
  offered: Draft;
  /** Who, where and which car. */
  place: Signal<Draft>;
  /** What this form has beyond that; null while it is as it was offered. */
  more: Signal<More | null>;
  /** What was sent of it and not answered. */
  sent: { current: Sent | null };
  /** Whether the form was left with something in it. */
  left: { current: boolean };
  /** Whether something was filled in. */
  begun: () => boolean;
  clear: () => void;
  /** Discards what was filled in. Returns what brings it back. */
  discard: () => () => void;
}

function drafts<More>(offered: Draft = EMPTY): Drafts<More> {
  const place = signal<Draft>(offered);
  const more = signal<More | null>(null);
  const sent: Drafts<More>["sent"] = { current: null };
  const left = { current: false };
  const put = (draft: Draft, rest: More | null) =>
    batch(() => {
      place.value = draft;
      more.value = rest;
      sent.current = null;
      left.current = false;
    });
  const clear = () => put(offered, null);
  return {
    offered,
    place,
    more,
    sent,
    left,
    begun: () => more.value !== null || isBegun(place.value, offered),
    clear,
    discard() {
      const [draft, rest] = [place.peek(), more.peek()];
      clear();
      return () => put(draft, rest);
    },
  };
}

export const callDrafts = drafts<never>();
export const visitDrafts = drafts<VisitDraft>();
/** `headed`: the place of the road whose direction was chosen. */
export const roadDrafts = drafts<RoadDraft & { headed: string }>();

const placeDrafts = new Map<number, Drafts<never>>();

/** The corrected place of an incident: as it was left, or begun with how to find it by now. */
export function placeDraftsOf(incident: Incident): Drafts<never> {
  const kept = placeDrafts.get(incident.id);
  if (kept?.begun()) return kept;
  const begun = drafts<never>({ ...EMPTY, placeNote: incident.location.note ?? "" });
  placeDrafts.set(incident.id, begun);
  return begun;
}

effect(() => {
  if (token.value !== null || expired.value) return;
  for (const one of [callDrafts, visitDrafts, roadDrafts]) one.clear();
  placeDrafts.clear();
});
