/**
 * Server-sent events over `fetch`, because `EventSource` cannot carry a bearer token.
 *
 * Resumes after the last event seen, waits longer after each failure (at most 15 s), and says at
 * any time whether it is connected and since when it is not.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { pause } from "./pause.ts";
import type { Renewed } from "./renewal.ts";

export type { EventSourceMessage };

export interface Connection {
  connected: boolean;
  /** Local milliseconds of the last sign of life; null before the first. */
  heardAt: number | null;
}

export interface EventStream {
  connection: ReadonlySignal<Connection>;
  close(): void;
}

export interface StreamOptions {
  url: string;
  token?: () => string | null;
  onEvent: (event: EventSourceMessage) => void;
  /** Called when the stream comes back after a failure: what was missed may have to be fetched. */
  onReconnect?: () => void;
  /** Called with a 401; while it cannot be told whether the session has ended, the stream tries on. */
  renew?: (refused: string) => Promise<Renewed>;
  /** The stream has ended: its session has, or, of one without a session, what it is about. */
  onRefused?: () => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The server sends a comment at least this often; silence beyond it is a dead connection. */
const SILENCE_MS = 45_000;

export function openStream(options: StreamOptions): EventStream {
  const connection = signal<Connection>({ connected: false, heardAt: null });
  const ended = new AbortController();
  let lastId = "";
  let waitMs = FIRST_WAIT_MS;
  let before = false;

  const alive = () => {
    connection.value = { connected: true, heardAt: Date.now() };
  };
  const lost = () => {
    connection.value = { connected: false, heardAt: connection.value.heardAt };
  };

  async function isOver(status: number, bearer: string | null | undefined): Promise<boolean> {
    if (status !== 401) return !bearer && (status === 404 || status === 410);
    return !bearer || !options.renew || (await options.renew(bearer)) === "refused";
  }

  async function listenOnce(): Promise<void> {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    ended.signal.addEventListener("abort", stop);
    let silence = setTimeout(stop, SILENCE_MS);
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      const bearer = options.token?.();
      if (bearer) headers.authorization = `Bearer ${bearer}`;
      if (lastId) headers["last-event-id"] = lastId;
      const answer = await fetch(options.url, { headers, signal: attempt.signal });
      if (await isOver(answer.status, bearer)) {
        options.onRefused?.();
        ended.abort();
        return;
      }
      if (!answer.ok || !answer.body) return;
      alive();
      waitMs = FIRST_WAIT_MS;
      if (before) options.onReconnect?.();
      before = true;
      const parser = createParser({
        onEvent(event) {
          if (event.id) lastId = event.id;
          options.onEvent(event);
        },
      });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(stop, SILENCE_MS);
        alive();
        parser.feed(value);
      }
    } finally {
      clearTimeout(silence);
      ended.signal.removeEventListener("abort", stop);
    }
  }

  async function listen(): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        await listenOnce();
      } catch {
        // Cut off: the loop tries again, and the connection says so on screen.
      }
      if (ended.signal.aborted) return;
      lost();
      await pause(waitMs, ended.signal);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  void listen();
  return { connection, close: () => ended.abort() };
}
