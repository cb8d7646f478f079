import { bulkCancel } from '../../../functions/operate/bulk-cancel';
import { TooMuch } from '../../../functions/operate/operation-kind';
import { cancelFilterText } from '../../../shared/operations/rules/bulk-cancel';
import type { OperationHead } from '../../../shared/operations/rules/operation';

const startedAt = new Date('2026-11-30T12:00:00Z');
const head: OperationHead = {
  operation_id: 'op_1',
  started_at: startedAt,
  kind: 'bulk-cancel',
  tenant_id: null,
  started_by_kind: 'admin',
  started_by: 'alice',
  filter: cancelFilterText({
    tenants: null,
    tier: null,
    pipeline: null,
    status: null,
    from: null,
    to: startedAt,
    allowed_pipelines: [],
  }),
  reason: null,
};
const hours = 3_600_000;

/** Two tenants, each with a run in flight and one that came too late; those named cannot be read. */
function kindOf({ unreadable = [] as readonly string[], afterMs = 0 } = {}) {
  const asked: string[] = [];
  const kind = bulkCancel({
    listTenants: async function* () {
      yield ['first', 'second'];
    },
    readRunsInFlight: async (tenantId) => {
      if (unreadable.includes(tenantId)) throw Object.assign(new Error('Access Denied'), { code: 403 });
      const run = {
        pipeline: 'gcp/example/dryrun',
        admitted_at: new Date(startedAt.getTime() - 1),
        queued_until: null,
      };
      return {
        subscription_tier: 'FREE',
        active_runs: [
          { ...run, run_id: `${tenantId}-run` },
          { ...run, run_id: `${tenantId}-late`, admitted_at: startedAt },
        ],
      };
    },
    // No run is there any more.
    runStatement: async (_, { name }, { tenant_id, run_id }) => {
      asked.push(`${name} of ${tenant_id} ${run_id}`);
      return { rows: [], affectedRows: 0, location: 'US' };
    },
    settle: () => Promise.reject(new Error('not asked for')),
    openJobs: () => Promise.reject(new Error('not asked for')),
    pipelines: new Map(),
    now: () => new Date(startedAt.getTime() + afterMs),
    log: () => undefined,
  });
  return { kind, asked };
}

it('a tenant that cannot be read is an item like the runs of others, and is tried as they are', async () => {
  const { kind } = kindOf({ unreadable: ['first'] });
  const ofFirst = { tenant_id: 'first', item_id: '*' };
  expect(await kind.plan(head, () => false)).toEqual([
    ofFirst,
    { tenant_id: 'second', item_id: 'second-run' },
  ]);
  await expect(kind.act(head, ofFirst)).rejects.toThrow('Access Denied');
  const later = kindOf();
  expect(await later.kind.act(head, ofFirst)).toEqual({ outcome: 'skipped', problem: null });
  expect(later.asked).toEqual(['read-run of first first-run']);
});

it('where time is up another delivery plans, for a day', async () => {
  await expect(kindOf().kind.plan(head, () => true)).rejects.toMatchObject({ code: 'unavailable' });
  const given = kindOf({ afterMs: 25 * hours });
  await expect(given.kind.plan(head, () => true)).rejects.toThrow(TooMuch);
});
