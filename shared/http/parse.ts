import { z } from 'zod';
import { shorten } from '../support/shorten';
import { type FieldProblem, invalidFields, mostProblems } from './list-problems';

/**
 * Parses what a caller sent; `what` names it where no field does. Throws `invalid_request`: the detail names
 * each wrong field (the first 20), what was given and what is expected, and the problem's `errors` member
 * lists the same.
 */
export function parseRequest<T>(schema: z.ZodType<T>, given: unknown, what = 'body'): T {
  const parsed = schema.safeParse(given, { reportInput: true });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw invalidFields(
    issues.slice(0, mostProblems).map((issue) => describeIssue(issue, what)),
    issues.length,
  );
}

function describeIssue(issue: z.core.$ZodIssue, what: string): FieldProblem {
  const field = issue.path.join('.') || what;
  if (issue.code === 'unrecognized_keys') return { field, message: unrecognized(issue.keys) };
  return { field, message: `${issue.message}${describeGiven(issue.input)}` };
}

function unrecognized(names: readonly string[]): string {
  const shown = names.slice(0, mostProblems).map((name) => JSON.stringify(shorten(name)));
  const more = names.length - shown.length;
  const label = names.length === 1 ? 'Unrecognized key' : 'Unrecognized keys';
  return `${label}: ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/**
 * Parses a URL's query by its names. A name that is given more than once becomes a list, which no parameter
 * accepts. Throws like parseRequest.
 */
export function parseQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): T {
  const values = [...new Set(query.keys())].map((name) => {
    const all = query.getAll(name);
    return [name, all.length > 1 ? all : all[0]];
  });
  return parseRequest(schema, Object.fromEntries(values), 'query');
}

/**
 * For calls that have no parameters in their query. One that is ignored could be meant to change what is done,
 * as `?dry_run=true`. Throws `invalid_request` naming it.
 */
export function expectNoQuery({ query }: { readonly query: URLSearchParams }): void {
  parseQuery(nothing, query);
}

/** For calls that have no parameters in their body: it may be left out, or empty. Throws `invalid_request`. */
export async function expectNoBody({ json }: { readonly json: () => Promise<unknown> }): Promise<void> {
  parseRequest(nothing.optional(), await json());
}

const nothing = z.strictObject({});

/** Scalars are shown, cut short; of objects and arrays only the kind. */
function describeGiven(input: unknown): string {
  if (input === undefined) return '';
  if (typeof input === 'object' && input !== null)
    return Array.isArray(input) ? ', given an array' : ', given an object';
  return `, given ${shorten(JSON.stringify(input) ?? String(input))}`;
}

/** The range of BigQuery's TIMESTAMP. */
export const earliest = new Date('0001-01-01T00:00:00Z');
export const latest = new Date('9999-12-31T23:59:59Z');

const expectedMoment = 'expected a date or an RFC 3339 time, such as 2026-01-31 or 2026-01-31T12:00:00Z';
/** A point in time. A date means its first instant, UTC. */
export const momentSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: expectedMoment })
  .transform((given) => new Date(given))
  .refine((instant) => instant >= earliest && instant <= latest, expectedMoment);

/**
 * The number of items on a page: `usual` unless given, and at most `largest`, which has up to four digits.
 */
export function limitSchema(usual: number, largest: number) {
  const message = `expected a whole number from 1 to ${largest}`;
  return z
    .string()
    .regex(/^[0-9]{1,4}$/, message)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= largest, message)
    .default(usual);
}

/** The place where a page ended, as a text that callers hand back without reading it. */
export const encodeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place that encodeCursor encoded. */
export const cursorSchema = <Place>(schema: z.ZodType<Place>) =>
  z.string().transform((given, context) => {
    const place = schema.safeParse(decodeCursor(given));
    if (place.success) return place.data;
    context.addIssue({
      code: 'custom',
      message: 'expected the next_cursor of an earlier answer',
      input: given,
    });
    return z.NEVER;
  });

function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
