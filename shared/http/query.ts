import { z } from 'zod';

/** BigQuery's TIMESTAMP range. */
export const earliest = new Date('0001-01-01T00:00:00Z');
export const latest = new Date('9999-12-31T23:59:59Z');

const expectedMoment = 'expected a date or an RFC 3339 time, such as 2026-01-31 or 2026-01-31T12:00:00Z';
/** A date is its first instant, UTC. */
export const momentSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: expectedMoment })
  .transform((given) => new Date(given))
  .refine((instant) => instant >= earliest && instant <= latest, expectedMoment);

/** How many items a page shall have, of three digits or four at the most. */
export function limitSchema(usual: number, largest: number) {
  const message = `expected a whole number from 1 to ${largest}`;
  return z
    .string()
    .regex(/^[0-9]{1,4}$/, message)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= largest, message)
    .default(usual);
}

/** Where a page ended, as text that says nothing to its reader. */
export const encodeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** What encodeCursor made of a place of this shape. */
export const cursorSchema = <Place>(schema: z.ZodType<Place>) =>
  z.string().transform((given, context) => {
    const place = schema.safeParse(decoded(given));
    if (place.success) return place.data;
    context.addIssue({
      code: 'custom',
      message: 'expected the next_cursor of an earlier answer',
      input: given,
    });
    return z.NEVER;
  });

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** The query's values by name; of a name that is given more than once all of them, which no filter takes. */
export const queryValues = (query: URLSearchParams): Record<string, string | string[]> =>
  Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
