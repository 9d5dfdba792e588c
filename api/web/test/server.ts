/** A server of a few answers, for what asks it while it is tested. */

import { vi } from "vitest";

type Answer = { status?: number; body: unknown };
export interface Asked {
  path: string;
  body: unknown;
  headers: Headers;
}

/**
 * Answers `/api/v1` by what begins with a method and the end of a path, "POST /assign"; what has no
 * answer cannot be reached. Returns what was asked, oldest first.
 */
export function serving(answers: Record<string, (asked: Asked) => Answer>): Asked[] {
  const all: Asked[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init) => {
    const path = String(url).replace("/api/v1", "");
    const name = `${init?.method ?? "GET"} ${path}`;
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : null;
    const asked = { path: name, body, headers: new Headers(init?.headers) };
    all.push(asked);
    const key = Object.keys(answers).find((one) => {
      const [method = "", end = ""] = one.split(" ");
      return name.startsWith(`${method} `) && name.endsWith(end);
    });
    const answer = key && answers[key]?.(asked);
    if (!answer) throw new TypeError("no network");
    const headers = { "content-type": "application/json" };
    return new Response(JSON.stringify(answer.body), { status: answer.status ?? 200, headers });
  });
  return all;
}

/** Everything that was begun has come to its end. */
export const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
