/** Sending a form once: faults come back to their fields, a lost answer does not send it twice. */

import { type InputFault, ProblemError } from "@roadflare/kit/http.ts";
import { uniqueId } from "@roadflare/kit/unique.ts";
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { call } from "../store/session.ts";
import { sayProblem } from "../store/toasts.ts";

/** A request that was sent: asked again after a lost answer, it is the same one. */
export interface Sent {
  key: string;
  body: unknown;
  held: readonly unknown[];
}

export interface Sending {
  faults: readonly InputFault[];
  saving: boolean;
  form: RefObject<HTMLFormElement | null>;
  send: (event: SubmitEvent) => Promise<void>;
  /** Forget faults and what was sent: the form begins anew. */
  restart: () => void;
}

/**
 * @param to Where the form is posted, or what sends it and throws what is refused.
 * @param bodyOf Makes the body of what the form holds.
 * @param held What the form holds: once it changes, sending it is another request.
 * @param done Takes the answer.
 * @param sent Outlives the form where what it holds does.
 */
export function useSending<Answer>(
  to: string | ((body: unknown, idempotencyKey: string) => Promise<Answer>),
  bodyOf: () => unknown,
  held: readonly unknown[],
  done: (answer: Answer) => void,
  sent: { current: Sent | null },
): Sending {
  const [faults, setFaults] = useState<readonly InputFault[]>([]);
  const [saving, setSaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const restart = () => {
    sent.current = null;
    setFaults([]);
  };
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (saving) return;
    setSaving(true);
    // One key and one body: pressing twice, or again after a lost answer, is taken once.
    if (!sent.current?.held.every((one, n) => one === held[n]))
      sent.current = { key: uniqueId(), body: bodyOf(), held };
    const { key, body } = sent.current;
    try {
      const post = () => call<Answer>(String(to), { body, idempotencyKey: key });
      done(await (typeof to === "string" ? post() : to(body, key)));
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
