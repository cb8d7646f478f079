import type { TenantUsage } from '../../client';
import { currentSession } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { Chart } from '../chart/chart';
import { useCall } from '../data/use-call';
import { Download } from '../files/download';
import { bytes, count, duration, money, percent } from '../format/numbers';
import { monthOf } from '../format/times';
import { FactList } from '../ui/lists/fact-list';
import { Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { Table } from '../ui/table';
import { MonthChoice, useMonth } from './month-choice';
import { usageColumns } from './usage-columns';
import { boundsOf, daysOf, type UsageFigures } from './usage-rows';

/** What a tenant has used in a month: in all, by day, and by pipeline. */
export function TenantUsagePage() {
  const tenant = useTenantId();
  const { api } = currentSession();
  const month = useMonth();
  const period = boundsOf(month);
  const path = { tenant };
  const ask =
    (parts: { readonly granularity?: 'day'; readonly group_by?: 'pipeline' }) => (signal: AbortSignal) =>
      api.call('showUsage', { path, query: { ...period, ...parts }, signal });
  const byDay = useCall(`usage ${tenant} ${month} by day`, ask({ granularity: 'day' }));
  const byPipeline = useCall(`usage ${tenant} ${month} by pipeline`, ask({ group_by: 'pipeline' }));
  return (
    <TenantFrame tenantId={tenant} title="Usage">
      <div class="filters">
        <MonthChoice />
      </div>
      <Section
        title={`${month} in all`}
        actions={
          <Download
            text="Download as CSV"
            fileName={`usage-${tenant}-${month}.csv`}
            mediaType="text/csv"
            parts={() =>
              api.eachText('showUsage', 'text/csv', {
                path,
                query: { ...period, granularity: 'day', group_by: 'pipeline' },
              })
            }
          />
        }
      >
        <Shown of={byDay} what="the usage">
          {(usage) => <Sums usage={usage} isThisMonth={month === monthOf(Date.now())} />}
        </Shown>
      </Section>
      <div class="columns">
        <Section title="Runs by day">
          <Shown of={byDay} what="the usage by day" isChart>
            {({ usage }) => <Daily label="Runs by day" month={month} usage={usage} of="runs" />}
          </Shown>
        </Section>
        <Section title="Bytes billed by day">
          <Shown of={byDay} what="the usage by day" isChart>
            {({ usage }) => <Daily label="Bytes billed by day" month={month} usage={usage} of="bytes" />}
          </Shown>
        </Section>
      </div>
      <Section title="By pipeline">
        <Shown of={byPipeline} what="the usage by pipeline">
          {({ usage, currency }) => (
            <Table<UsageFigures & { readonly pipeline?: string }>
              caption={`Usage in ${month} by pipeline`}
              rows={usage}
              keyOf={({ pipeline = '' }) => pipeline}
              empty={`No run was admitted in ${month}. Choose another month.`}
              columns={[{ title: 'Pipeline', cell: ({ pipeline }) => pipeline }, ...usageColumns(currency)]}
            />
          )}
        </Shown>
      </Section>
    </TenantFrame>
  );
}

function Sums({ usage, isThisMonth }: { readonly usage: TenantUsage; readonly isThisMonth: boolean }) {
  const { total, quota, forecast, currency } = usage;
  const { max_pipelines_per_month: most } = quota;
  return (
    <>
      <FactList
        isLarge
        facts={[
          { name: 'Runs', value: count(total.runs) },
          { name: 'Completed', value: count(total.runs_by_status.COMPLETED) },
          { name: 'Failed', value: count(total.runs_by_status.FAILED) },
          { name: 'Held slots for', value: duration(total.slot_ms) },
          { name: 'Bytes billed', value: bytes(total.bytes_billed) },
          { name: 'BigQuery’s cost, estimated', value: money(total.estimated_bigquery_cost, currency) },
        ]}
      />
      {isThisMonth && forecast !== null && (
        <p class="quiet">
          As it goes, {count(forecast.pipeline_runs)} runs by the month’s end
          {most === null
            ? '; their number is unlimited.'
            : `: ${percent(forecast.pipeline_runs / Math.max(1, most))} of the ${count(most)} that the quota allows.`}
        </p>
      )}
    </>
  );
}

interface DailyProps {
  readonly label: string;
  readonly month: string;
  readonly usage: TenantUsage['usage'];
  readonly of: 'runs' | 'bytes';
}

function Daily({ label, month, usage, of }: DailyProps) {
  const days = daysOf(month, usage, Date.now());
  return (
    <Chart
      label={label}
      kind="bars"
      format={of === 'runs' ? count : bytes}
      isDaily
      {...(of === 'bytes' && { unit: 'bytes' as const })}
      at={days.map(({ at }) => at)}
      series={[
        {
          name: of === 'runs' ? 'Runs' : 'Bytes billed',
          colour: 'accent',
          values: days.map((day) => day[of]),
        },
      ]}
    />
  );
}
