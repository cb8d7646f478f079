import type { Problem } from './api';

export type ProblemCode = Problem['code'];

/** A call that was refused, or that could not be answered, in the interface's own words (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** For programs; `unknown` where whatever answered is not this interface. */
  readonly code: ProblemCode | 'unknown';
  /** The whole problem: some have further members, such as numbers to act on. */
  readonly problem: Partial<Problem>;
  /** By which the request's log lines are found. */
  readonly requestId: string | undefined;
  /** After so many seconds it makes sense to ask again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(response: Response, problem: Partial<Problem>) {
    super(problem.detail ?? `${response.url}: answered ${response.status}`);
    this.status = response.status;
    this.code = problem.code ?? 'unknown';
    this.problem = problem;
    this.requestId = response.headers.get('X-Request-Id') ?? undefined;
    this.retryAfterSeconds = retryAfterOf(response);
  }
}

/** Reads a refusal. Never throws: an answer that is no problem becomes one of code `unknown`. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  return new ApiProblem(response, isProblem(body) ? body : {});
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';

function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}
