import { ProblemError } from "@roadflare/kit/http.ts";

/** A refusal that no repetition can cure; others (login, overload, outage) are waited out. */
export const isFinal = (error: unknown): error is ProblemError =>
  error instanceof ProblemError &&
  error.status >= 400 &&
  error.status < 500 &&
  ![401, 403, 408, 425, 429].includes(error.status);
