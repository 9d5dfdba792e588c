/** Calls to `/api/v1`; refusals arrive as `ProblemError` with every fault at its field. */

export interface InputFault {
  /** Where: the path of the value, "vehicle.vin"; empty for the whole. */
  field: string;
  message: string;
  remedy: string;
}

interface ProblemDetails {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  remedy?: string;
  faults?: { pointer: string; code: string; message: string; remedy: string }[];
}

export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly faults: InputFault[];

  constructor(status: number, body: ProblemDetails) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "ProblemError";
    this.status = status;
    this.code = body.code ?? String(status);
    this.remedy = body.remedy ?? "";
    this.faults = (body.faults ?? []).map(({ pointer, message, remedy }) => ({
      field: pointer.replace(/^\//, "").replaceAll("/", "."),
      message,
      remedy,
    }));
  }
}

/** The server could not be reached at all. */
export class OfflineError extends Error {
  constructor() {
    super("The server cannot be reached.");
    this.name = "OfflineError";
  }
}

export interface CallOptions {
  body?: unknown;
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
  renew?: (refused: string) => Promise<boolean>;
  /** Hears of a 401 that no new token could cure. */
  refused?: () => void;
}

/** Makes the `call` of one session; the token is read at each call. */
export function caller({ token, renew, refused = () => {} }: Bearer): Call {
  async function send(path: string, options: CallOptions): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    const bearer = token();
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    if (options.body !== undefined) headers["content-type"] = "application/json";
    if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
    if (options.ifMatch) headers["if-match"] = options.ifMatch;
    const init: RequestInit = {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers,
    };
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    if (options.signal) init.signal = options.signal;
    try {
      return await fetch(`/api/v1${path}`, init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new OfflineError();
    }
  }

  return async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
    const used = token();
    let answer = await send(path, options);
    if (answer.status === 401 && used && (await renew?.(used))) answer = await send(path, options);
    if (answer.status === 401) refused();
    if (!answer.ok) throw await problemOf(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
}
