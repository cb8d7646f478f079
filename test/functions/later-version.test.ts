import { admitRuns } from '../../shared/sql/runs/admit-runs';
import { decideRuns } from '../../shared/sql/runs/decide-runs';
import { settleHeldRuns } from '../../shared/sql/runs/settle-held-runs';
import { settleAndDropRuns, settleRuns } from '../../shared/sql/runs/settle-runs';
import { withdrawRuns } from '../../shared/sql/runs/withdraw-runs';
import { query } from '../support/local-cloud';
import { aboutQueue, aboutSlots, refusedAtLimit, startedByKey } from '../support/started-by';
import { type Backends, dryrun, record, startBackends } from './support/backends';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly fields?: readonly Field[];
}

const tenant_id = 'widened';
const now = new Date();
const range = { from: new Date(now.getTime() - 60_000), to: new Date(now.getTime() + 60_000) };

/** `active_runs` and `settled_runs` have a field that this version does not know. */
describe('Beside a later version', () => {
  let backends: Backends;
  beforeAll(async () => {
    backends = await startBackends();
    await backends.onboard(tenant_id);
    const table = backends.client.dataset(tenant_id).table('tenants');
    const [{ schema }] = await table.getMetadata();
    const later = { name: 'novelty', type: 'INT64' };
    const fields = schema.fields.map((field: Field) =>
      ['active_runs', 'settled_runs'].includes(field.name)
        ? { ...field, fields: [...(field.fields ?? []), later] }
        : field,
    );
    await table.setMetadata({ schema: { fields } });
  });
  afterAll(() => backends?.close());

  /** The later version gives all of its entries a value. */
  const setNovelty = (column: string, value: number) =>
    query(
      backends.client,
      tenant_id,
      `UPDATE tenants SET ${column} =
        ARRAY(SELECT AS STRUCT entry.* REPLACE (${value} AS novelty) FROM UNNEST(${column}) AS entry) WHERE TRUE`,
    );
  const noveltiesIn = async (column: string) => {
    const sql = `SELECT run_id, novelty FROM tenants, UNNEST(${column}) ORDER BY run_id`;
    const rows = await query(backends.client, tenant_id, sql);
    return Object.fromEntries(rows.map(({ run_id, novelty }) => [run_id, novelty]));
  };
  const admission = (...runIds: string[]) => ({
    tenant_id,
    now,
    unlimited: 1_000_000,
    statement_id: 'statement-of-the-test',
    most_waiting: 5_000,
    ...aboutQueue,
    candidates: runIds.map((run_id) => ({
      run_id,
      pipeline: dryrun,
      parameters: '{}',
      trigger: 'api',
      request_hash: '',
      ...startedByKey,
      key_id: 'key',
      lease_seconds: 3_600,
      ...refusedAtLimit,
    })),
  });
  const settling = async (...runIds: string[]) => {
    const [row] = await query(backends.client, tenant_id, 'SELECT onboarding_id FROM tenants');
    const outcome = {
      status: 'COMPLETED',
      error_code: null,
      error_message: null,
      failed_step: null,
      handed_on_at: null,
      only_if_queued: null,
      started_at: now,
      ended_at: now,
      duration_ms: 0,
      rows_written: 0,
      bytes_processed: 0,
      bytes_billed: 0,
      watermark: null,
      recorded_at: now,
    };
    const outcomes = runIds.map((run_id) => ({ run_id, ...outcome }));
    return { tenant_id, onboarding_id: String(row?.onboarding_id), now, outcomes };
  };

  it('admits, settles and withdraws, and keeps what it does not know', async () => {
    const { runStatement } = backends;
    expect(await runStatement(tenant_id, admitRuns, admission('a', 'b'))).toMatchObject({ affectedRows: 1 });
    await setNovelty('active_runs', 7);
    expect(await runStatement(tenant_id, admitRuns, admission('c'))).toMatchObject({ affectedRows: 1 });
    const { rows } = await runStatement(tenant_id, decideRuns, admission('c', 'd', 'e'));
    expect(rows[0]?.known).toHaveLength(3);
    expect(await noveltiesIn('active_runs')).toEqual({ a: 7, b: 7, c: null, d: null, e: null });

    expect(await runStatement(tenant_id, settleRuns, await settling('a'))).toMatchObject({ affectedRows: 1 });
    await setNovelty('settled_runs', 7);
    const held = { ...(await settling('c', 'gone')), ...range, ...aboutSlots };
    expect((await runStatement(tenant_id, settleHeldRuns, held)).rows).toMatchObject([
      { recorded: [{ run_id: 'c' }] },
    ]);
    await record(backends.client, tenant_id, 'c', now);
    const [row] = await query(backends.client, tenant_id, 'SELECT recorded_at FROM pipeline_runs');
    const appended = [{ run_id: 'c', recorded_at: new Date(String(Object(row?.recorded_at).value)) }];
    const days = { appended_from: range.from, appended_to: range.to };
    const dropping = { appended, appended_run_ids: ['c'], ...days };
    const ends = { ...(await settling('d')), ...dropping };
    expect(await runStatement(tenant_id, settleAndDropRuns, ends)).toMatchObject({ affectedRows: 1 });
    expect(await noveltiesIn('settled_runs')).toEqual({ a: 7, d: null });

    const withdrawal = { tenant_id, run_ids: ['e'], now };
    expect(await runStatement(tenant_id, withdrawRuns, withdrawal)).toMatchObject({ affectedRows: 1 });
    expect(await noveltiesIn('active_runs')).toEqual({ b: 7 });
    expect(await backends.usage(tenant_id)).toEqual({ ever: 4, month: 4, running: 1, slots: ['b'] });
  });
});
