/** What just happened, said once, with a way back where there is one. */

import { signal } from "@preact/signals";
import { common } from "@roadflare/kit/common_words.ts";
import { OfflineError, ProblemError } from "@roadflare/kit/http.ts";
import { said } from "@roadflare/kit/words.ts";
import { t } from "../words.ts";

export interface Toast {
  id: number;
  tone: "good" | "bad";
  text: string;
  undo?: () => void;
}

const SHOWN_MS = 7000;
let counter = 0;
export const toasts = signal<Toast[]>([]);

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function say(text: string, options: { tone?: Toast["tone"]; undo?: () => void } = {}): void {
  counter += 1;
  const toast: Toast = { id: counter, tone: options.tone ?? "good", text };
  if (options.undo) toast.undo = options.undo;
  toasts.value = [...toasts.value.slice(-3), toast];
  setTimeout(dismiss, SHOWN_MS, toast.id);
}

export function problemText(error: unknown): string {
  if (error instanceof OfflineError) return common("offline");
  if (error instanceof ProblemError) {
    if (error.code.includes("stale")) return t("fail.stale");
    return error.text ? said(error.text) : common("answer.odd", { status: error.status });
  }
  return String(error);
}

/** Returns what was said. */
export function sayProblem(error: unknown): string {
  return sayBad(problemText(error));
}

export function sayBad(text: string): string {
  say(text, { tone: "bad" });
  return text;
}
