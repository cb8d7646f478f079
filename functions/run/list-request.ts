import { z } from 'zod';
import { runStatuses } from '../../shared/sql/read-run';

/** Of a page, unless asked for. */
const usualLimit = 50;
const largestLimit = 200;

/** BigQuery's TIMESTAMP range. */
const earliest = new Date('0001-01-01T00:00:00Z');
const latest = new Date('9999-12-31T23:59:59Z');

const expectedMoment = 'expected a date or an RFC 3339 time, such as 2026-01-31 or 2026-01-31T12:00:00Z';
/** A date is its first instant, UTC. */
const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: expectedMoment })
  .transform((given) => new Date(given))
  .refine((instant) => instant >= earliest && instant <= latest, expectedMoment);

const limitMessage = `expected a whole number from 1 to ${largestLimit}`;

/** Where a page ended: the last run on it. */
export interface Place {
  readonly admittedAt: Date;
  readonly runId: string;
}

const placeShape = z.tuple([z.int(), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)]);

export const toCursor = ({ admittedAt, runId }: Place): string =>
  Buffer.from(JSON.stringify([admittedAt.getTime(), runId])).toString('base64url');

/** Undefined for what toCursor did not make. */
function placeOf(cursor: string): Place | undefined {
  try {
    const [time, runId] = placeShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const admittedAt = new Date(time);
    return admittedAt >= earliest && admittedAt <= latest ? { admittedAt, runId } : undefined;
  } catch {
    return undefined;
  }
}

const cursorShape = z.string().transform((given, context) => {
  const place = placeOf(given);
  if (place !== undefined) return place;
  context.addIssue({
    code: 'custom',
    message: 'expected the next_cursor of an earlier answer',
    input: given,
  });
  return z.NEVER;
});

/** The query of `GET …/runs`. Unknown names are refused: a misspelt filter must not be passed over. */
export const listRequestShape = z
  .strictObject({
    status: z.enum(runStatuses, { error: `expected one of ${runStatuses.join(', ')}` }).optional(),
    pipeline: z
      .string()
      .regex(/^[a-z0-9_]{1,64}(\/[a-z0-9_]{1,64}){2}$/, 'expected provider/domain/pipeline')
      .optional(),
    from: moment.default(earliest),
    to: moment.default(latest),
    limit: z
      .string()
      .regex(/^[0-9]{1,3}$/, limitMessage)
      .transform(Number)
      .refine((limit) => limit >= 1 && limit <= largestLimit, limitMessage)
      .default(usualLimit),
    cursor: cursorShape.optional(),
  })
  .refine(({ from, to }) => from < to, {
    path: ['from'],
    error: 'expected a time before `to`',
  });

export type ListRequest = z.infer<typeof listRequestShape>;

/** The query's values by name; of a name that is given more than once all of them, which no filter takes. */
export const queryValues = (query: URLSearchParams): Record<string, string | string[]> =>
  Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
