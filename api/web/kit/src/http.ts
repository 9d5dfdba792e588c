/** Calls to `/api/v1`; refusals arrive as `ProblemError` with every fault at its field. */

import type { Bilingual } from "./contract.ts";
import type { Renewed } from "./renewal.ts";

export interface InputFault {
  /** Where: the path of the value, "vehicle.vin"; empty for the whole. */
  field: string;
  /** What is wrong and what to do. */
  text: Bilingual;
}

interface ProblemDetails {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  text?: Bilingual;
  faults?: { pointer: string; text: Bilingual }[];
}

export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong and what to do; null where it was not the service that answered. */
  readonly text: Bilingual | null;
  readonly faults: InputFault[];

  constructor(status: number, body: ProblemDetails) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "ProblemError";
    this.status = status;
    this.code = body.code ?? String(status);
    this.text = body.text ?? null;
    this.faults = (body.faults ?? []).map(({ pointer, text }) => ({
      field: pointer.replace(/^\//, "").replaceAll("/", "."),
      text,
    }));
  }
}

/** The server could not be reached at all, or did not answer in time. */
export class OfflineError extends Error {
  constructor() {
    super("The server cannot be reached.");
    this.name = "OfflineError";
  }
}

/** Later than this no answer is waited for: a socket may hang without end, and hold up all others. */
export const ANSWER_MS = 15_000;

/**
 * What `work` brings by then, body included. Its signal ends it, at the latest after `ANSWER_MS`;
 * whatever cuts it off but `given` is an `OfflineError`.
 */
export async function timely<T>(
  work: (signal: AbortSignal) => Promise<T>,
  given?: AbortSignal,
): Promise<T> {
  const cut = new AbortController();
  const stop = () => cut.abort();
  if (given?.aborted) stop();
  given?.addEventListener("abort", stop);
  const late = setTimeout(stop, ANSWER_MS);
  try {
    return await work(cut.signal);
  } catch (error) {
    if (given?.aborted || (error as Error).name === "SyntaxError") throw error;
    throw new OfflineError();
  } finally {
    clearTimeout(late);
    given?.removeEventListener("abort", stop);
  }
}

export interface CallOptions {
  body?: unknown;
  /** A picture instead of a body in JSON. */
  picture?: Blob;
  /** The answer is a `Blob`, not JSON. */
  blob?: boolean;
  signal?: AbortSignal;
  idempotencyKey?: string;
  /** The `etag` of what is changed: refused (412) if somebody else has changed it since. */
  ifMatch?: string;
  method?: string;
}

export type Call = <T>(path: string, options?: CallOptions) => Promise<T>;

async function problemOf(answer: Response): Promise<ProblemError> {
  const type = answer.headers.get("content-type") ?? "";
  const body = type.includes("json") ? ((await answer.json()) as ProblemDetails) : {};
  return new ProblemError(answer.status, body);
}

export interface Bearer {
  token: () => string | null;
  /** Called with a 401: gets the next token if it can. One exchange runs at a time. */
  renew?: (refused: string) => Promise<Renewed>;
  /** Hears of a 401 that no new token can cure: not of one that could not be asked for now. */
  refused?: () => void;
}

/** A page elsewhere may have brought a token that has ended too: then once more. */
const RENEWALS = 2;

/** Makes the `call` of one session; the token is read at each call. */
export function caller({ token, renew, refused = () => {} }: Bearer): Call {
  function initOf(options: CallOptions, bearer: string | null): RequestInit {
    const headers: Record<string, string> = { accept: "application/json" };
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (options.body !== undefined) headers["content-type"] = "application/json";
    if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
    if (options.ifMatch) headers["if-match"] = options.ifMatch;
    if (options.picture) headers["content-type"] = options.picture.type;
    const sends = options.body !== undefined || options.picture;
    const init: RequestInit = { method: options.method ?? (sends ? "POST" : "GET"), headers };
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    if (options.picture) init.body = options.picture;
    return init;
  }

  /** What the server said, its body read. */
  function send<T>(path: string, options: CallOptions) {
    return timely(async (signal) => {
      const answer = await fetch(`/api/v1${path}`, { ...initOf(options, token()), signal });
      if (!answer.ok) return { problem: await problemOf(answer) };
      if (options.blob) return { value: (await answer.blob()) as T };
      return { value: (answer.status === 204 ? undefined : await answer.json()) as T };
    }, options.signal);
  }

  return async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
    for (let left = RENEWALS; ; left -= 1) {
      const used = token();
      const { value, problem } = await send<T>(path, options);
      if (!problem) return value;
      if (problem.status !== 401) throw problem;
      const outcome = used && renew && left > 0 ? await renew(used) : "refused";
      if (outcome === "unreachable") throw new OfflineError();
      if (outcome === "renewed") continue;
      refused();
      throw problem;
    }
  };
}
