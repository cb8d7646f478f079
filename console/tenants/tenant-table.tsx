import type { ComponentChildren } from 'preact';
import { tenantPlace } from '../app/places';
import { bytes, count } from '../format/numbers';
import { Meter } from '../ui/meter';
import { Status } from '../ui/status';
import { type Column, type Sorting, Table } from '../ui/table';
import { Ago } from '../ui/times';
import type { ListedTenant } from './tenant-list';

interface TenantTableProps {
  readonly tenants: readonly ListedTenant[];
  readonly empty: ComponentChildren;
  readonly sorting: Sorting | undefined;
  readonly onSort: (sorting: Sorting) => void;
}

const columns: readonly Column<ListedTenant>[] = [
  {
    title: 'Tenant',
    sort: 'name',
    cell: ({ tenant_id, company_name }) => (
      <>
        <a href={tenantPlace(tenant_id)}>{tenant_id}</a>
        <div class="quiet company">{company_name}</div>
      </>
    ),
  },
  {
    title: 'State, tier',
    cell: ({ is_active, subscription_tier }) => (
      <>
        <Status word={is_active ? 'active' : 'suspended'} />
        <div class="quiet">{subscription_tier}</div>
      </>
    ),
  },
  {
    title: 'Month’s quota',
    sort: 'share',
    isLargestFirst: true,
    cell: ({ tenant_id, pipeline_runs_this_month, max_pipelines_per_month }) => (
      <Meter
        label={`Runs of ${tenant_id} this month`}
        used={pipeline_runs_this_month}
        of={max_pipelines_per_month}
        isBare
      />
    ),
  },
  {
    title: 'Runs',
    sort: 'used',
    isNumber: true,
    isLargestFirst: true,
    cell: ({ pipeline_runs_this_month }) => count(pipeline_runs_this_month),
  },
  {
    title: 'At once',
    cell: ({ tenant_id, current_running_pipelines, max_concurrent_pipelines }) => (
      <Meter
        label={`Runs of ${tenant_id} at once`}
        used={current_running_pipelines}
        of={max_concurrent_pipelines}
        isBare
      />
    ),
  },
  {
    title: 'Bytes billed',
    cell: ({ tenant_id, bytes_billed_this_month, max_bytes_billed_per_month }) => (
      <Meter
        label={`Bytes billed of ${tenant_id} this month`}
        used={bytes_billed_this_month}
        of={max_bytes_billed_per_month}
        unit={bytes}
        isBare
      />
    ),
  },
  {
    title: 'Last run',
    sort: 'last_run',
    isLargestFirst: true,
    cell: ({ last_pipeline_run_at }) => <Ago at={last_pipeline_run_at} none="never" />,
  },
  {
    title: 'Onboarded',
    sort: 'created',
    isLargestFirst: true,
    cell: ({ created_at }) => <Ago at={created_at} />,
  },
];

export function TenantTable({ tenants, empty, sorting, onSort }: TenantTableProps) {
  return (
    <Table
      caption="Tenants"
      columns={columns}
      rows={tenants}
      keyOf={({ tenant_id }) => tenant_id}
      empty={empty}
      sorting={sorting}
      onSort={onSort}
    />
  );
}
