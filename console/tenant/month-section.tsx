import type { Tenant, TenantUsage } from '../../client';
import { tenantPagePlace } from '../app/places';
import { Chart } from '../chart/chart';
import type { Loaded } from '../data/asking/use-asked';
import { bytes, count } from '../format/numbers';
import { dayOf } from '../format/times';
import { Meter } from '../ui/meter';
import { Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { shownNow, Time } from '../ui/times';
import { burnOf, byDay, pacedTime, paceOf } from './burn';

interface MonthSectionProps {
  readonly tenant: Tenant;
  /** Of this month, by day. */
  readonly usage: Loaded<TenantUsage>;
}

/** The month's burn: what is used of the quotas, how fast, and where that leads. */
export function MonthSection({ tenant, usage }: MonthSectionProps) {
  const { quotas, usage: used } = tenant;
  const since = Date.parse(tenant.created_at);
  return (
    <Section
      title="This month"
      actions={<a href={tenantPagePlace(tenant.tenant_id, 'usage')}>Usage by pipeline and day</a>}
    >
      <div class="columns">
        <Meter
          label="Runs this month"
          used={used.pipeline_runs_this_month}
          of={quotas.max_pipelines_per_month}
        />
        <Meter
          label="Runs at once"
          used={used.current_running_pipelines}
          of={quotas.max_concurrent_pipelines}
        />
        <Meter
          label="Bytes billed this month"
          used={used.bytes_billed_this_month}
          of={quotas.max_bytes_billed_per_month}
          unit={bytes}
        />
        {(quotas.max_queued_pipelines > 0 || tenant.queued_runs_count > 0) && (
          <Meter label="Runs that wait" used={tenant.queued_runs_count} of={quotas.max_queued_pipelines} />
        )}
      </div>
      <p>
        <PaceText
          used={used.pipeline_runs_this_month}
          quota={quotas.max_pipelines_per_month}
          forecast={usage.answer?.forecast?.pipeline_runs}
          since={since}
        />{' '}
        The count begins anew at <Time at={used.next_reset_at} />.
      </p>
      <Shown of={usage} what="the month’s usage" isChart>
        {(answer) => <BurnChart usage={answer} since={since} />}
      </Shown>
    </Section>
  );
}

interface PaceTextProps {
  readonly used: number;
  readonly quota: number | null;
  readonly forecast: number | undefined;
  readonly since: number;
}

function PaceText({ used, quota, forecast, since }: PaceTextProps) {
  const leads =
    forecast === undefined ? '' : ` If it goes on like this, it is ${count(forecast)} by the month’s end.`;
  if (quota === null)
    return (
      <>
        {count(used)} runs have started; there is no limit.{leads}
      </>
    );
  if (used >= quota) return <>The month’s runs are used up: no further run starts before the next month.</>;
  const { even, ahead, usedUpAt } = paceOf(used, quota, shownNow.value, since);
  const difference = Math.round(Math.abs(ahead));
  const stands = difference === 0 ? 'as many' : `${count(difference)} ${ahead > 0 ? 'more' : 'fewer'}`;
  return (
    <>
      An even pace would have used {count(even)} by now; there are {stands}.{leads}
      {usedUpAt !== null && forecast !== undefined && (
        <strong> At this pace the quota is used up on {dayOf(usedUpAt)}.</strong>
      )}
    </>
  );
}

interface BurnChartProps {
  readonly usage: TenantUsage;
  readonly since: number;
}

function BurnChart({ usage, since }: BurnChartProps) {
  const { days, used, pace, forecast } = burnOf(usage, shownNow.value, since);
  return (
    <Chart
      label="Runs since the month’s beginning"
      kind="line"
      at={days}
      isDaily
      series={[
        { name: 'Runs', values: used, colour: 'accent' },
        { name: 'Forecast', values: forecast, colour: 'waits' },
        ...(pace === null ? [] : [{ name: 'Even pace', values: pace, colour: 'quiet' as const }]),
      ]}
      format={count}
      limit={usage.quota.max_pipelines_per_month}
    />
  );
}

interface BytesSectionProps {
  readonly usage: Loaded<TenantUsage>;
  readonly tenant: Tenant;
}

/** Bytes billed day by day against an even share of the month's budget. */
export function BytesSection({ usage, tenant }: BytesSectionProps) {
  const budget = tenant.quotas.max_bytes_billed_per_month;
  return (
    <Section title="Bytes billed per day">
      <Shown of={usage} what="the bytes" isChart>
        {(answer) => {
          const { days, values } = byDay(answer, shownNow.value, ({ bytes_billed }) => bytes_billed);
          const { from, to } = pacedTime(shownNow.value, Date.parse(tenant.created_at));
          const share = budget === null ? null : budget / Math.ceil((to - from) / 86_400_000);
          return (
            <>
              <p>
                {bytes(answer.total.bytes_billed)} this month
                {budget === null || share === null
                  ? '; there is no budget.'
                  : ` of ${bytes(budget)}; an even share is ${bytes(share)} a day (the line).`}
              </p>
              <Chart
                label="Bytes billed per day"
                kind="bars"
                at={days}
                isDaily
                series={[{ name: 'Bytes billed', values, colour: 'accent' }]}
                format={bytes}
                unit="bytes"
                limit={share}
              />
            </>
          );
        }}
      </Shown>
    </Section>
  );
}
