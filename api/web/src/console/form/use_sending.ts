/** Sending a form once: faults come back to their fields, a lost answer does not send it twice. */

import { type InputFault, ProblemError } from "@roadflare/kit/http.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../store/session.ts";
import { sayProblem } from "../store/toasts.ts";

export interface Sending {
  faults: readonly InputFault[];
  saving: boolean;
  form: RefObject<HTMLFormElement | null>;
  send: (event: SubmitEvent) => Promise<void>;
  /** Forget faults and what was sent: the form begins anew. */
  restart: () => void;
}

/**
 * @param path Where the form is posted.
 * @param bodyOf Makes the body of what the form holds.
 * @param held What the form holds: once it changes, sending it is another request.
 * @param done Takes the answer.
 */
export function useSending<Answer>(
  path: string,
  bodyOf: () => unknown,
  held: readonly unknown[],
  done: (answer: Answer) => void,
): Sending {
  const [faults, setFaults] = useState<readonly InputFault[]>([]);
  const [saving, setSaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // One key and one body: pressing twice, or again after a lost answer, is taken once.
  const sent = useRef<{ key: string; body: unknown } | null>(null);
  const restart = () => {
    sent.current = null;
    setFaults([]);
  };
  useEffect(() => {
    sent.current = null;
  }, held);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (saving) return;
    setSaving(true);
    sent.current ??= { key: uniqueId(), body: bodyOf() };
    const { key, body } = sent.current;
    try {
      done(await call<Answer>(path, { body, idempotencyKey: key }));
      restart();
    } catch (error) {
      if (error instanceof ProblemError) sent.current = null; // what is mended is another request
      if (error instanceof ProblemError && error.faults.length > 0) {
        setFaults(error.faults);
        setTimeout(() => form.current?.querySelector<HTMLElement>(".faulty input")?.focus());
      } else sayProblem(error);
    } finally {
      setSaving(false);
    }
  };
  return { faults, saving, form, send, restart };
}
