import type { Overview } from '../../client';
import { count } from '../format/numbers';
import { Table } from '../ui/table';

type Refusal = NonNullable<Overview['refusals']>['by_code'][number];

export function Refusals({ refusals }: { readonly refusals: Overview['refusals'] }) {
  if (refusals === null) return <p class="empty">Refusals are not counted here.</p>;
  return (
    <Table<Refusal>
      caption="Refused calls of the last day by code"
      rows={refusals.by_code}
      keyOf={({ code }) => code}
      empty="No call was refused in the last 24 hours."
      columns={[
        { title: 'Code', cell: ({ code }) => <code>{code}</code> },
        { title: 'Calls', isNumber: true, cell: (refusal) => count(refusal.count) },
      ]}
    />
  );
}
