import type { z } from 'zod';
import { ServiceError } from '../errors';

/**
 * Parses what a caller sent. Throws `invalid_request` whose detail names each wrong field, what was given and what is
 * expected; the same list is in the problem's `errors` member.
 */
export function parseRequest<T>(schema: z.ZodType<T>, given: unknown, what = 'body'): T {
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || what,
    message: `${issue.message}${issue.code === 'unrecognized_keys' ? '' : describeGiven(issue.input)}`,
  }));
  throw new ServiceError(
    'invalid_request',
    errors.map(({ field, message }) => `${field}: ${message}`).join('; '),
    {
      members: { errors },
    },
  );
}

/** Scalars are shown, cut short; of anything else its kind is enough. */
function describeGiven(input: unknown): string {
  if (input === undefined) return '';
  if (typeof input === 'object' && input !== null)
    return Array.isArray(input) ? ', given an array' : ', given an object';
  const text = JSON.stringify(input) ?? String(input);
  return `, given ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}
