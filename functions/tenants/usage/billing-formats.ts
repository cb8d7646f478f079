import { type CsvCell, csvText } from '../../../shared/http/csv';
import type { BillableDay } from '../../../shared/sql/usage/list-billable-days';
import type { BillableRun } from '../../../shared/sql/usage/list-billable-runs';
import {
  billingCloudEvent,
  eventIdOf,
  openMeterEvent,
  stripeMeterEvent,
  stripeStreamEvent,
} from '../../../shared/tenants/rules/billing-events';
import { type FocusTerms, focusColumns, focusLine } from '../../../shared/tenants/rules/focus-lines';

/** What an event is of: one completed run of a tenant. */
type EventOf = (tenantId: string, run: BillableRun) => object;

/** Formats whose lines are events: an array in JSON, or JSON lines. */
export const eventFormats = {
  stripe: stripeMeterEvent,
  stripe_stream: stripeStreamEvent,
  openmeter: openMeterEvent,
  cloudevents: billingCloudEvent,
} as const satisfies Readonly<Record<string, EventOf>>;

/** Formats that are texts: `csv` and `jsonl` with a line for each run, `focus` with one for each day and pipeline. */
export const textFormats = ['csv', 'jsonl', 'focus'] as const;

export type EventFormat = keyof typeof eventFormats;
export type TextFormat = (typeof textFormats)[number];
export type BillingFormat = EventFormat | TextFormat;

/** One request of Stripe's meter event stream takes so many: https://docs.stripe.com/api/v2/billing/meter-event-stream */
export const mostStreamEvents = 100;

interface Exported<Line> {
  readonly tenantId: string;
  readonly line: Line;
}

const runColumns = [
  'tenant_id',
  'run_id',
  'pipeline',
  'admitted_at',
  'ended_at',
  'duration_ms',
  'rows_written',
  'bytes_processed',
  'bytes_billed',
  'event_id',
] as const;

function runCells({ tenantId, line }: Exported<BillableRun>): Record<(typeof runColumns)[number], CsvCell> {
  return {
    tenant_id: tenantId,
    run_id: line.run_id,
    pipeline: line.pipeline,
    admitted_at: line.admitted_at.toISOString(),
    ended_at: line.ended_at.toISOString(),
    duration_ms: line.duration_ms,
    rows_written: line.rows_written,
    bytes_processed: line.bytes_processed,
    bytes_billed: line.bytes_billed,
    event_id: eventIdOf(tenantId, line),
  };
}

/** Pure. Each page has the header, so that it is a whole file by itself. */
export const runsCsv = (runs: readonly Exported<BillableRun>[]): string =>
  csvText([
    runColumns,
    ...runs.map((run) => {
      const cells = runCells(run);
      return runColumns.map((name) => cells[name]);
    }),
  ]);

export const runsJsonLines = (runs: readonly Exported<BillableRun>[]): string =>
  textOfLines(runs.map(runCells));

export const focusCsv = (days: readonly Exported<BillableDay>[], terms: FocusTerms): string =>
  csvText([focusColumns, ...days.map(({ tenantId, line }) => focusLine(tenantId, line, terms))]);

export const textOfLines = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');
