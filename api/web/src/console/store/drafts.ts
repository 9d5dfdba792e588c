/**
 * What is being filled in and not sent yet. A call that is being taken must survive a stray click:
 * it is kept here until it is sent or discarded, whatever is looked at meanwhile. Who logs out
 * leaves nothing behind; a session that ended by itself may have ended in the middle of a call.
 */

import { batch, effect, type Signal, signal } from "@preact/signals";
import type { Sent } from "../form/use_sending.ts";
import { type Draft, EMPTY, isBegun } from "../intake/draft.ts";
import type { RoadDraft } from "../roads/road_draft.ts";
import type { VisitDraft } from "../visits/visit_draft.ts";
import { expired, token } from "./session.ts";

export interface Drafts<More> {
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

function drafts<More>(): Drafts<More> {
  const place = signal<Draft>(EMPTY);
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
  const clear = () => put(EMPTY, null);
  return {
    place,
    more,
    sent,
    left,
    begun: () => more.value !== null || isBegun(place.value),
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

effect(() => {
  if (token.value !== null || expired.value) return;
  for (const one of [callDrafts, visitDrafts, roadDrafts]) one.clear();
});
