import { z } from 'zod';
import { requireAdmin } from '../../../shared/http/authorize';
import { nextPageLink } from '../../../shared/http/headers/next-page';
import { cursorSchema, encodeCursor, limitSchema, parseQuery } from '../../../shared/http/parse';
import type { HttpRequest, Route } from '../../../shared/http/route';
import { openMeterEvent, stripeMeterEvent } from '../../../shared/tenants/rules/billing-events';
import { type Month, monthOf, monthSchema } from '../calendar-month';
import { type ExportPlace, exportBilling } from './billing-export';
import type { UsageDependencies } from './usage-routes';

const eventOf = { stripe: stripeMeterEvent, openmeter: openMeterEvent } as const;

const placeSchema = z
  .tuple([
    z.string(),
    z.string().max(2000).nullable(),
    z.string().max(50).nullable(),
    z.tuple([z.iso.datetime(), z.string().max(128)]).nullable(),
  ])
  .transform(([month, pageToken, tenantId, after]) => ({
    month,
    pageToken: pageToken ?? undefined,
    tenantId: tenantId ?? undefined,
    after: after === null ? undefined : { admittedAt: new Date(after[0]), runId: after[1] },
  }));

const cursorOf = (month: Month, { pageToken, tenantId, after }: ExportPlace): string =>
  encodeCursor([
    month.name,
    pageToken ?? null,
    tenantId ?? null,
    after === undefined ? null : [after.admittedAt.toISOString(), after.runId],
  ]);

export const billingExportSchema = z
  .strictObject({
    month: monthSchema.optional(),
    format: z.enum(['stripe', 'openmeter'], 'expected stripe or openmeter').default('stripe'),
    limit: limitSchema(1000, 5000),
    cursor: cursorSchema(placeSchema).optional(),
  })
  .refine(({ month, cursor }) => month === undefined || cursor === undefined || month.name === cursor.month, {
    path: ['cursor'],
    error: 'expected the next_cursor of the same month',
  });

/**
 * Events for a billing system: one for each run of the month that completed. A run's event has the same id in
 * every export; runs that have ended since are added. The export remembers nothing, so it is up to the
 * billing system not to bill an event twice. Stripe remembers ids for a day only: who sends a month again
 * later must leave out the ids that were sent before.
 */
export function billingRoutes(deps: UsageDependencies): readonly Route[] {
  return [
    {
      operation: 'exportBilling',
      method: 'GET',
      path: '/api/v1/billing/export',
      handle: async (request) => {
        requireAdmin(deps.adminRule, request);
        const asked = parseQuery(billingExportSchema, request.query);
        const month = asked.month ?? monthOfCursor(asked.cursor?.month) ?? monthOf(deps.now(), -1);
        const place = asked.cursor ?? { pageToken: undefined, tenantId: undefined, after: undefined };
        const { runs, next } = await exportBilling(month, asked.limit, place, deps);
        const events = runs.map(({ tenantId, run }) => eventOf[asked.format](tenantId, run));
        const nextCursor = next === undefined ? null : cursorOf(month, next);
        const headers = nextPageLink(request, nextCursor);
        if (!wantsLines(request)) {
          const body = { month: month.name, format: asked.format, events, next_cursor: nextCursor };
          return { status: 200, headers, body };
        }
        const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
        return { status: 200, headers: { ...headers, 'Content-Type': 'application/x-ndjson' }, text };
      },
    },
  ];
}

const monthOfCursor = (name: string | undefined): Month | undefined => monthSchema.safeParse(name).data;

const wantsLines = (request: HttpRequest): boolean =>
  /\bapplication\/(x-)?ndjson\b/.test(request.header('Accept') ?? '');
