import { z } from 'zod';
import { requireAdmin } from '../../../shared/http/authorize';
import { csvReply } from '../../../shared/http/csv';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { cursorSchema, encodeCursor, limitSchema, parseQuery } from '../../../shared/http/parse';
import type { HttpReply } from '../../../shared/http/reply';
import type { HttpRequest, Route } from '../../../shared/http/route';
import { type Month, monthOf, monthSchema } from '../calendar-month';
import { type ExportPlace, exportBilling } from './billing-export';
import {
  type BillingFormat,
  type EventFormat,
  eventFormats,
  focusCsv,
  mostStreamEvents,
  runsCsv,
  runsJsonLines,
  textFormats,
  textOfLines,
} from './billing-formats';
import { billableDays, billableRuns } from './billing-lines';
import type { UsageDependencies } from './usage-routes';

export const billingFormats = [
  'stripe',
  'stripe_stream',
  'openmeter',
  'cloudevents',
  ...textFormats,
] as const satisfies readonly BillingFormat[];

/** What a cursor counts: a page of days cannot go on with runs. */
const kindOf = (format: BillingFormat): 'runs' | 'days' => (format === 'focus' ? 'days' : 'runs');

const placeSchema = z
  .tuple([
    z.string(),
    z.enum(['runs', 'days']),
    z.string().max(2000).nullable(),
    z.string().max(50).nullable(),
    z.tuple([z.union([z.iso.datetime(), z.iso.date()]), z.string().max(300)]).nullable(),
  ])
  .transform(([month, kind, pageToken, tenantId, after]) => ({
    month,
    kind,
    pageToken: pageToken ?? undefined,
    tenantId: tenantId ?? undefined,
    after: after === null ? undefined : { at: after[0], id: after[1] },
  }));

const cursorOf = (month: Month, format: BillingFormat, { pageToken, tenantId, after }: ExportPlace): string =>
  encodeCursor([
    month.name,
    kindOf(format),
    pageToken ?? null,
    tenantId ?? null,
    after === undefined ? null : [after.at, after.id],
  ]);

export const billingExportSchema = z
  .strictObject({
    month: monthSchema.optional(),
    format: z.enum(billingFormats, `expected one of ${billingFormats.join(', ')}`).default('stripe'),
    limit: limitSchema(1000, 5000),
    cursor: cursorSchema(placeSchema).optional(),
  })
  .refine(({ month, cursor }) => month === undefined || cursor === undefined || month.name === cursor.month, {
    path: ['cursor'],
    error: 'expected the next_cursor of the same month',
  })
  .refine(({ format, cursor }) => cursor === undefined || cursor.kind === kindOf(format), {
    path: ['cursor'],
    error: 'expected the next_cursor of the same format',
  });

/** No run lasts longer, its deliveries included: then nothing is added to a month any more. */
const finalAfterMs = 2 * 86_400_000;

/**
 * Lines for a billing system: one for each run of the month that completed, or for FOCUS one for each day and pipeline.
 * A run's event has the same id in every export; runs that have ended since are added, until two days after
 * the month's end. The export remembers nothing, so it is up to the billing system not to bill an event twice.
 * Stripe remembers ids for a day only: who sends a month again later must leave out the ids that were sent
 * before.
 */
export function billingRoutes(deps: UsageDependencies): readonly Route[] {
  return [
    {
      operation: 'exportBilling',
      method: 'GET',
      path: '/api/v1/billing/export',
      handle: async (request) => {
        await requireAdmin(deps, request);
        const asked = parseQuery(billingExportSchema, request.query);
        const month = asked.month ?? monthOfCursor(asked.cursor?.month) ?? monthOf(deps.now(), -1);
        return exportPage({ ...asked, month }, request, deps);
      },
    },
  ];
}

type Asked = Omit<z.infer<typeof billingExportSchema>, 'month'> & { readonly month: Month };

async function exportPage(asked: Asked, request: HttpRequest, deps: UsageDependencies): Promise<HttpReply> {
  const { month, format } = asked;
  const place = asked.cursor ?? { pageToken: undefined, tenantId: undefined, after: undefined };
  const status = deps.now().getTime() < month.to.getTime() + finalAfterMs ? 'preliminary' : 'final';
  const headersOf = (next: ExportPlace | undefined) => {
    const cursor = next === undefined ? null : cursorOf(month, format, next);
    return { cursor, headers: { ...nextPageLink(request, cursor), 'X-Billing-Status': status } };
  };
  if (format === 'focus') {
    const { lines, next } = await exportBilling(month, asked.limit, place, billableDays, deps);
    const terms = { pricePerTib: deps.pricePerTib, currency: deps.currency, from: month.from, to: month.to };
    return csvReply(focusCsv(lines, terms), headersOf(next).headers);
  }
  const limit = format === 'stripe_stream' ? Math.min(asked.limit, mostStreamEvents) : asked.limit;
  const { lines, next } = await exportBilling(month, limit, place, billableRuns, deps);
  const { cursor, headers } = headersOf(next);
  if (format === 'csv') return csvReply(runsCsv(lines), headers);
  if (format === 'jsonl') return linesReply(runsJsonLines(lines), headers);
  const events = lines.map(({ tenantId, line }) => eventOf(format)(tenantId, line));
  if (wantsLines(request)) return linesReply(textOfLines(events), headers);
  return { status: 200, headers, body: { month: month.name, status, format, events, next_cursor: cursor } };
}

const eventOf = (format: EventFormat) => eventFormats[format];

const monthOfCursor = (name: string | undefined): Month | undefined => monthSchema.safeParse(name).data;

const wantsLines = (request: HttpRequest): boolean =>
  /\bapplication\/(x-)?ndjson\b/.test(request.header('Accept') ?? '');

const linesReply = (text: string, headers: Readonly<Record<string, string>>): HttpReply => ({
  status: 200,
  headers: { ...headers, 'Content-Type': 'application/x-ndjson' },
  text,
});
