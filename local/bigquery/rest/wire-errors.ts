import type { z } from 'zod';
import { BigQueryError } from '../bigquery-error';

/** One error, as error answers and a job's status list it. */
export interface ErrorProto {
  readonly message: string;
  readonly domain: 'global';
  readonly reason: string;
  readonly location?: string;
}

/** The body of an error answer. */
export interface ErrorBody {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly errors: readonly ErrorProto[];
    readonly status: string;
  };
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  413: 'INVALID_ARGUMENT',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** The answer to a request that failed. */
export function errorBody(error: BigQueryError): ErrorBody {
  const { message, status, reason, location } = error;
  const proto: ErrorProto = {
    message,
    domain: 'global',
    reason,
    ...(location !== undefined && { location }),
  };
  return { error: { code: status, message, errors: [proto], status: statusNames[status] ?? 'UNKNOWN' } };
}

/**
 * Checks a part of a request against a schema.
 * @throws BigQueryError `invalid`, naming the member
 */
export function parsePart<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  const place = path === '' ? 'Invalid request' : `Invalid value at '${path}'`;
  throw new BigQueryError('invalid', `${place}: ${issue?.message ?? 'not as expected'}`, path || undefined);
}
