import { createHash } from 'node:crypto';

/**
 * A run that is billed: one that completed. Failed and cancelled runs are not billed: the tenant got nothing
 * from them.
 */
export interface BilledRun {
  readonly run_id: string;
  readonly pipeline: string;
  readonly admitted_at: Date;
  readonly ended_at: Date;
  readonly duration_ms: number | null;
  readonly rows_written: number | null;
  readonly bytes_processed: number | null;
  readonly bytes_billed: number | null;
}

// Events are stamped with the time of admission, because a run belongs to the month in which it was admitted:
// its quota, the usage report and the choice of the export's month go by the same time.

/** The meter's name, with Stripe as with OpenMeter. */
export const meterName = 'pipeline_run';

/**
 * The same for a run for ever, however often it is exported, so that whoever takes the events can drop
 * repeats for as long as it remembers ids. The time of admission is part of it, because a tenant that was
 * deleted and created again may use an Idempotency-Key again.
 */
export const eventIdOf = (tenantId: string, { run_id, admitted_at }: BilledRun): string =>
  `run_${createHash('sha256').update(`${tenantId}\n${run_id}\n${admitted_at.toISOString()}`).digest('hex')}`;

/**
 * Stripe's meter event: https://docs.stripe.com/api/billing/meter-event/create. The customer is named by the
 * tenant's id. Stripe drops a repeated identifier within at least 24 hours, and promises no more: sent again
 * later, a run may be billed twice. It takes timestamps of the last 35 days, so a whole month until four days
 * after its end.
 */
export const stripeMeterEvent = (tenantId: string, run: BilledRun) => ({
  event_name: meterName,
  identifier: eventIdOf(tenantId, run),
  timestamp: Math.floor(run.admitted_at.getTime() / 1000),
  payload: { stripe_customer_id: tenantId, value: '1' },
});

/**
 * The same for Stripe's meter event stream (https://docs.stripe.com/api/v2/billing/meter-event-stream/create), which
 * takes 100 events in a request, and times as text.
 */
export const stripeStreamEvent = (tenantId: string, run: BilledRun) => ({
  event_name: meterName,
  identifier: eventIdOf(tenantId, run),
  timestamp: run.admitted_at.toISOString(),
  payload: { stripe_customer_id: tenantId, value: '1' },
});

/** A CloudEvent 1.0 as OpenMeter takes it: https://openmeter.io/docs/metering/events/usage-events */
export const openMeterEvent = (tenantId: string, run: BilledRun) => cloudEventOf(meterName, tenantId, run);

/** A CloudEvent 1.0 (https://cloudevents.io) for whoever else bills: its type is of the form of the other events'. */
export const billingCloudEvent = (tenantId: string, run: BilledRun) =>
  cloudEventOf('run.billed', tenantId, run);

const cloudEventOf = (type: string, tenantId: string, run: BilledRun) => ({
  specversion: '1.0',
  type,
  source: 'tenant-pipelines',
  id: eventIdOf(tenantId, run),
  subject: tenantId,
  time: run.admitted_at.toISOString(),
  datacontenttype: 'application/json',
  data: {
    run_id: run.run_id,
    pipeline: run.pipeline,
    ended_at: run.ended_at.toISOString(),
    runs: 1,
    duration_ms: run.duration_ms ?? 0,
    rows_written: run.rows_written ?? 0,
    bytes_processed: run.bytes_processed ?? 0,
    bytes_billed: run.bytes_billed ?? 0,
  },
});
