import type { AllUsage } from '../../client';
import { tenantPagePlace } from '../app/places';
import { currentSession } from '../app/session';
import { useFilters } from '../data/use-filters';
import { usePages } from '../data/use-pages';
import { Download } from '../files/download';
import { Choice } from '../ui/field';
import { Page, Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { More, Table } from '../ui/table';
import { BillingDownloads } from './billing-downloads';
import { MonthChoice, useMonth } from './month-choice';
import { usageColumns } from './usage-columns';
import type { UsageFigures } from './usage-rows';

/** A tenant's usage, or that of one of its pipelines, with the currency of its costs. */
interface UsageLine extends UsageFigures {
  readonly tenantId: string;
  readonly pipeline: string | undefined;
  readonly currency: string;
}

/** What all tenants have used in a month, and the month for billing systems. */
export function AllUsagePage() {
  const { api } = currentSession();
  const { query, change } = useFilters();
  const month = useMonth();
  const isByPipeline = query.by === 'pipeline';
  const asked = { month, ...(isByPipeline && { group_by: 'pipeline' as const }) };
  const pages = usePages(
    `all-usage ${month} ${isByPipeline}`,
    async (cursor, signal) => {
      const answer = await api.call('showAllUsage', {
        query: { ...asked, ...(cursor && { cursor }) },
        signal,
      });
      return { rows: linesOf(answer, isByPipeline), next: answer.next_cursor };
    },
    { keyOf: ({ tenantId, pipeline }) => `${tenantId} ${pipeline}` },
  );
  return (
    <Page title="Usage and billing">
      <div class="filters">
        <MonthChoice />
        <Choice
          label="By"
          value={isByPipeline ? 'pipeline' : ''}
          onChange={(by) => change({ by })}
          options={[
            { value: '', text: 'tenant' },
            { value: 'pipeline', text: 'tenant and pipeline' },
          ]}
        />
      </div>
      <Section
        title={`Usage in ${month}`}
        actions={
          <Download
            text="Download as CSV"
            fileName={`usage-${month}.csv`}
            mediaType="text/csv"
            parts={() => api.eachText('showAllUsage', 'text/csv', { query: asked })}
          />
        }
      >
        <Shown of={pages.loaded} what="the usage of all tenants">
          {(lines) => (
            <Table<UsageLine>
              caption={`Usage of all tenants in ${month}`}
              rows={lines}
              keyOf={({ tenantId, pipeline }) => `${tenantId} ${pipeline}`}
              empty={`No run that was admitted in ${month} is over. Choose another month.`}
              columns={[
                {
                  title: 'Tenant',
                  cell: ({ tenantId }) => (
                    <a href={`${tenantPagePlace(tenantId, 'usage')}?month=${month}`}>{tenantId}</a>
                  ),
                },
                ...(isByPipeline
                  ? [{ title: 'Pipeline', cell: ({ pipeline }: UsageLine) => pipeline ?? '–' }]
                  : []),
                ...usageColumns(lines[0]?.currency ?? 'USD'),
              ]}
            />
          )}
        </Shown>
        <More of={pages} what="tenants" />
        <p class="quiet small">
          Of runs that are over, by the month of their admission. Costs are estimates: bytes billed at the
          deployment’s price.
        </p>
      </Section>
      <Section title={`${month} for billing systems`}>
        <p>
          One event or line for each completed run. A month can still change until two days after its end.
        </p>
        <BillingDownloads month={month} />
      </Section>
    </Page>
  );
}

const linesOf = ({ tenants, currency }: AllUsage, isByPipeline: boolean): readonly UsageLine[] =>
  tenants.flatMap(({ tenant_id: tenantId, total, usage }) =>
    isByPipeline
      ? usage.map((part) => ({ ...part, tenantId, pipeline: part.pipeline, currency }))
      : [{ ...total, tenantId, pipeline: undefined, currency }],
  );
