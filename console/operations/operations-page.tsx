import type { Operation, OperationList } from '../../client';
import { currentSession } from '../app/session';
import { useFilters } from '../data/use-filters';
import { usePages } from '../data/use-pages';
import { TypedField } from '../runs/run-filter-fields';
import { Choice } from '../ui/field';
import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { More } from '../ui/table';
import { OperationCard } from './operation-card';
import { hasEnded, kindInWords, placeOfOperation } from './operation-facts';

const states = [
  'waiting',
  'running',
  'paused',
  'done',
  'failed',
  'aborted',
] as const satisfies readonly Operation['state'][];
const kinds = ['bulk-cancel', 'bulk-rerun', 'backfill'];
const pageSize = 20;

/** All operations of all tenants, for admins. */
export function OperationsPage() {
  const { query, change } = useFilters();
  const state = states.find((word) => word === query.state);
  const { kind = '', tenant = '' } = query;
  const operations = usePages<OperationList['operations'][number]>(
    `operations ${state} ${kind} ${tenant}`,
    async (cursor, signal) => {
      const { operations, next_cursor } = await currentSession().api.call('listOperations', {
        query: {
          ...(state !== undefined && { state }),
          ...(kind !== '' && { kind }),
          ...(tenant !== '' && { tenant }),
          ...(cursor !== undefined && { cursor }),
          limit: pageSize,
        },
        signal,
      });
      return { rows: operations, next: next_cursor };
    },
    {
      keyOf: ({ operation_id }) => operation_id,
      live: {
        placeOf: placeOfOperation,
        isLive: (operation) => !hasEnded(operation),
        liveMs: 5_000,
        stillMs: 60_000,
      },
    },
  );
  return (
    <Page title="Operations">
      <p class="quiet">
        What concerns many runs at once: backfills, runs that are done again, runs that are cancelled. Each
        goes on by itself, whoever looks.
      </p>
      <div class="filters">
        <TypedField label="Tenant" isSearch value={tenant} onEnter={(tenant) => change({ tenant })} />
        <Choice
          label="State"
          value={state ?? ''}
          onChange={(state) => change({ state })}
          options={[{ value: '', text: 'All' }, ...states.map((value) => ({ value, text: value }))]}
        />
        <Choice
          label="Kind"
          value={kind}
          onChange={(kind) => change({ kind })}
          options={[
            { value: '', text: 'All' },
            ...kinds.map((value) => ({ value, text: kindInWords(value) })),
          ]}
        />
      </div>
      <Shown of={operations.loaded} what="the operations">
        {(all) =>
          all.length === 0 ? (
            <p class="empty">
              {state === undefined && kind === '' && tenant === ''
                ? 'There are none. A backfill begins at a pipeline’s page; cancelling and doing again at a list of runs.'
                : 'No operation matches this filter. Choose others to see more.'}
            </p>
          ) : (
            <ul class="cards">
              {all.map((operation) => (
                <li key={operation.operation_id} class="card">
                  <OperationCard operation={operation} onChanged={operations.loaded.askAgain} />
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
      <More of={operations} what="operations" />
    </Page>
  );
}
