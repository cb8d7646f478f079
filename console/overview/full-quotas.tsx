import type { Overview } from '../../client';
import { tenantPlace } from '../app/places';
import { bytes, count } from '../format/numbers';
import { Meter } from '../ui/meter';
import { Table } from '../ui/table';

type Quota = Overview['near_quota'][number];

const names = { monthly: 'Runs this month', concurrent: 'Runs at once', bytes: 'Bytes this month' };

export function FullQuotas({ quotas }: { readonly quotas: readonly Quota[] }) {
  return (
    <Table<Quota>
      caption="Quotas of which the largest share is used"
      rows={quotas}
      keyOf={({ tenant_id, quota }) => `${tenant_id} ${quota}`}
      empty="No tenant has a quota, or none has used any of it."
      columns={[
        {
          title: 'Tenant',
          cell: ({ tenant_id, company_name }) => (
            <a href={tenantPlace(tenant_id)} title={company_name}>
              {tenant_id}
            </a>
          ),
        },
        { title: 'Quota', cell: ({ quota }) => names[quota] },
        {
          title: 'Used',
          cell: ({ quota, used, limit }) => (
            <Meter
              label={names[quota]}
              used={used}
              of={limit}
              unit={quota === 'bytes' ? bytes : count}
              isBare
            />
          ),
        },
      ]}
    />
  );
}
