/** Says at once when a crew will not or cannot come, with the reason, whatever card is open. */

import type { Incident } from "@roadflare/kit/contract.ts";
import type { EventSourceMessage } from "@roadflare/kit/event_stream.ts";
import { said } from "@roadflare/kit/words.ts";
import { call } from "./session.ts";
import { say } from "./toasts.ts";

const TOLD = new Set(["job.declined", "job.failed"]);

export async function tellRefusal({ event = "", data }: EventSourceMessage): Promise<void> {
  if (!TOLD.has(event)) return;
  const { incident_id: id } = JSON.parse(data) as { incident_id: number | null };
  if (id === null) return;
  try {
    const incident = await call<Incident>(`/incidents/${id}`);
    const told = incident.timeline?.findLast(({ kind }) => kind === event);
    if (told) say(`${incident.number} · ${said(told.text)}`, { tone: "bad" });
  } catch {
    // The card tells it too, when the server can be reached again.
  }
}
