import { clientOf } from 'local-bigquery/testing';
import { loadControlTables } from '../../../shared/definitions/tables';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { createControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import { recordIn } from '../../../shared/runs/all-runs';
import { createRecordOutcomes } from '../../../shared/runs/record-outcomes';
import { failedOutcome, type RunOutcome } from '../../../shared/runs/rules/ledger-row';
import { createSettle, type Settle, type SettleSettings } from '../../../shared/runs/settle';
import { decideKeyedRuns } from '../../../shared/sql/runs/decide-runs';
import { systemClock } from '../../../shared/support/clock';
import { type Backends, dryrun, schemasDirectory, startBackends } from '../../functions/support/backends';
import { type BigQueryProxy, startProxy, type Treatment } from '../../functions/support/proxy';
import { collectingLog, type LogLine } from '../../functions/support/serve';
import { query } from '../../support/local-cloud';
import { aboutQueue, refusedAtLimit, startedByKey } from '../../support/started-by';

const completed: RunOutcome = { status: 'COMPLETED', rowsWritten: 3, bytesProcessed: 4, bytesBilled: 5 };
const failed = failedOutcome('invalid_query', 'Why it failed: \'quotes\', "more" and\nlines – ünïcode');

const control = {
  name: 'tenant_pipelines',
  location: 'US',
  tables: () => loadControlTables(schemasDirectory),
};

describe('Settling', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let lines: readonly LogLine[];
  beforeAll(async () => {
    backends = await startBackends();
    await createControlDataset(backends.client, control).ensure();
  });
  afterAll(() => backends?.close());
  beforeEach(async () => {
    proxy = await startProxy(backends.bigquery.url);
  });
  afterEach(() => proxy.close());

  /** What settles runs in one instance, through the proxy. */
  const newSettle = (settings?: Partial<SettleSettings>): Settle => {
    const collected = collectingLog();
    lines = collected.lines;
    const client = clientOf(proxy.url);
    const shared = { now: () => new Date(), log: collected.log };
    const recordOutcomes = createRecordOutcomes({
      tellOutcomes: async () => undefined,
      appendRows: createAppendRows(client, []),
      ...shared,
    });
    const recordInAllRuns = recordIn(createControlDataset(client, control), systemClock);
    const runStatement = createRunStatement(client);
    return createSettle(
      { runStatement, recordOutcomes, recordInAllRuns, publishRun: undefined, ...shared },
      settings,
    );
  };
  /** The outcome that stands, once it was appended. */
  const settled = async (settle: Settle, ...given: Parameters<Settle>) => {
    const found = await settle(...given);
    await found?.appended;
    return found?.outcome;
  };
  const lifeOf = async (tenantId: string): Promise<string> =>
    String((await query(backends.client, tenantId, 'SELECT onboarding_id FROM tenants'))[0]?.onboarding_id);
  /** Settles a run that `held` admitted. */
  const settleAs = async (settle: Settle, tenantId: string, run_id: string, outcome: RunOutcome) => {
    const onboardingId = await lifeOf(tenantId);
    const slot = { pipeline: dryrun, parameters: '{}', trigger: 'api', request_hash: '', ...startedByKey };
    const run = { run_id, ...slot, admitted_at: admittedAt };
    const times = { startedAt: admittedAt, endedAt: new Date() };
    return settled(settle, tenantId, { run, onboardingId, outcome, ...times });
  };
  const admittedAt = new Date(Date.now() - 10_000);
  const held = async (tenantId: string, runIds: readonly string[]) => {
    await backends.onboard(tenantId);
    await backends.hold(tenantId, runIds, { now: admittedAt });
  };
  const waiting = async (tenantId: string) =>
    (await query(backends.client, tenantId, 'SELECT settled_runs FROM tenants'))[0]?.settled_runs;
  const allRuns = (tenantId: string) =>
    query(backends.client, control.name, `SELECT * FROM all_runs WHERE tenant_id = '${tenantId}'`);
  const statements = () => proxy.calls.flatMap(({ statement }) => statement ?? []);

  it('is one statement: the slot is free, the outcome told, and the ledger has the same row', async () => {
    await held('alone', ['run-1', 'run-2']);
    const outcome = await settleAs(newSettle(), 'alone', 'run-1', failed);
    expect(outcome).toMatchObject({
      run_id: 'run-1',
      status: 'FAILED',
      error_message: failed.errorMessage,
      admitted_at: admittedAt,
    });
    expect(statements()).toEqual(['settle-runs']);
    expect(await backends.usage('alone')).toEqual({ ever: 2, month: 2, running: 1, slots: ['run-2'] });
    const [{ tenant_id, ...row } = {}] = await backends.ledger('alone');
    expect(tenant_id).toBe('alone');
    expect(await waiting('alone')).toEqual([row]);
    // The view over all tenants has it, too, without parameters and messages.
    const { parameters: _, request_hash: __, error_message: ___, watermark: ____, ...rest } = row;
    const { address: _____, request_id: ______, rerun_of: _7, instructions: _8, ...expected } = rest;
    expect(await allRuns('alone')).toEqual([{ tenant_id, ...expected }]);
  });

  it('drops with the next statement what this instance appended, once it is seen in the ledger', async () => {
    await held('next', ['run-1', 'run-2', 'run-3']);
    const settle = newSettle();
    await settleAs(settle, 'next', 'run-1', completed);
    await settleAs(settle, 'next', 'run-2', completed);
    expect(await waiting('next')).toMatchObject([{ run_id: 'run-2' }]);
    await settleAs(settle, 'next', 'run-3', completed);
    expect(await waiting('next')).toMatchObject([{ run_id: 'run-3' }]);
    expect(statements()).toEqual(['settle-runs', 'settle-and-drop-runs', 'settle-and-drop-runs']);
    expect(await backends.ledger('next')).toHaveLength(3);
  });

  it('keeps what the ledger took and does not show', async () => {
    await held('unseen', ['run-1', 'run-2']);
    proxy.treat(({ path }) =>
      path.includes('/pipeline_runs/insertAll')
        ? { status: 200, body: { kind: 'bigquery#tableDataInsertAllResponse' } }
        : 'pass',
    );
    const settle = newSettle();
    await settleAs(settle, 'unseen', 'run-1', completed);
    await settleAs(settle, 'unseen', 'run-2', completed);
    expect(await waiting('unseen')).toMatchObject([{ run_id: 'run-1' }, { run_id: 'run-2' }]);
  });

  it('is decided though the ledger takes no rows, and says so in the log', async () => {
    await held('no_ledger', ['run-1']);
    proxy.treat(({ path }) => (path.includes('insertAll') ? { status: 400, body: {} } : 'pass'));
    expect(await settleAs(newSettle(), 'no_ledger', 'run-1', completed)).toMatchObject({ run_id: 'run-1' });
    expect(await waiting('no_ledger')).toMatchObject([{ run_id: 'run-1' }]);
    const line = { severity: 'WARNING', tenant_id: 'no_ledger', run_id: 'run-1' };
    expect(lines).toMatchObject([line, line]);
  });

  it('keeps the entry while all_runs takes no rows, though the ledger has it', async () => {
    await held('no_all_runs', ['run-1', 'run-2']);
    proxy.treat(({ path }) => (path.includes('/all_runs/insertAll') ? { status: 400, body: {} } : 'pass'));
    const settle = newSettle();
    await settleAs(settle, 'no_all_runs', 'run-1', completed);
    await settleAs(settle, 'no_all_runs', 'run-2', completed);
    expect(await waiting('no_all_runs')).toMatchObject([{ run_id: 'run-1' }, { run_id: 'run-2' }]);
    expect(await backends.ledger('no_all_runs')).toHaveLength(2);
    expect(lines.map(({ severity }) => severity)).toEqual(['WARNING', 'WARNING']);
    expect(statements()).toEqual(['settle-runs', 'settle-runs']);
  });

  it('of many at once takes two statements', async () => {
    const runIds = Array.from({ length: 100 }, (_, index) => `run-${index}`);
    await held('many', runIds);
    const settle = newSettle({ statementMs: 60_000, appendMs: 60_000 });
    const life = await lifeOf('many');
    await Promise.all(
      runIds.map((run_id) => {
        const slot = {
          pipeline: dryrun,
          parameters: '{}',
          trigger: 'api',
          request_hash: '',
          ...startedByKey,
        };
        const run = { run_id, ...slot, admitted_at: admittedAt };
        const times = { startedAt: undefined, endedAt: new Date() };
        return settled(settle, 'many', { run, onboardingId: life, outcome: completed, ...times });
      }),
    );
    expect(statements()).toEqual(['settle-runs', expect.stringMatching(/^settle-/)]);
    expect(await backends.usage('many')).toEqual({ ever: 100, month: 100, running: 0, slots: [] });
    expect(await backends.ledger('many')).toHaveLength(100);
  });

  it('is decided once: the first outcome stands, and is what the others are told', async () => {
    await held('once', ['run-1']);
    const first = await settleAs(newSettle(), 'once', 'run-1', completed);
    const [one, other] = await Promise.all([
      settleAs(newSettle(), 'once', 'run-1', failed),
      settleAs(newSettle(), 'once', 'run-1', { ...completed, status: 'CANCELLED' }),
    ]);
    expect([one, other]).toEqual([first, first]);
    const distinct = await query(backends.client, 'once', 'SELECT DISTINCT status FROM pipeline_runs');
    expect(distinct).toEqual([{ status: 'COMPLETED' }]);
  });

  it('finds its own decision where the answer was lost', async () => {
    await held('lost', ['run-1']);
    let isFirst = true;
    proxy.treat(({ statement }): Treatment => {
      if (statement !== 'settle-runs' || !isFirst) return 'pass';
      isFirst = false;
      return 'lose-answer';
    });
    expect(await settleAs(newSettle({ statementMs: 2_000 }), 'lost', 'run-1', completed)).toMatchObject({
      status: 'COMPLETED',
    });
    expect(await backends.ledger('lost')).toMatchObject([{ run_id: 'run-1', status: 'COMPLETED' }]);
    expect(await backends.usage('lost')).toMatchObject({ ever: 1, slots: [] });
  });

  it('settles those that hold a slot beside one that does not', async () => {
    await held('mixed', ['run-1']);
    const settle = newSettle();
    const outcomes = await Promise.all([
      settleAs(settle, 'mixed', 'never', completed),
      settleAs(settle, 'mixed', 'run-1', completed),
    ]);
    expect(outcomes).toMatchObject([undefined, { run_id: 'run-1' }]);
    expect(await backends.usage('mixed')).toMatchObject({ ever: 1, slots: [] });
  });

  it('reaches no other life of its tenant', async () => {
    await held('reborn', ['run-1']);
    const outcome = { ...completed };
    const run = {
      run_id: 'run-1',
      pipeline: dryrun,
      parameters: '{}',
      trigger: 'api',
      request_hash: '',
      ...startedByKey,
    };
    const settling = { run: { ...run, admitted_at: admittedAt }, outcome, startedAt: undefined };
    const settle = newSettle();
    const earlier = { ...settling, onboardingId: 'an-earlier-life', endedAt: new Date() };
    expect(await settle('reborn', earlier)).toBeUndefined();
    expect(await backends.usage('reborn')).toMatchObject({ ever: 1, slots: ['run-1'] });
    expect(await backends.ledger('reborn')).toEqual([]);
  });

  it('is nothing where the tenant is gone', async () => {
    await held('gone', ['run-1']);
    const settle = newSettle();
    const life = await lifeOf('gone');
    await backends.client.dataset('gone').delete({ force: true });
    const run = {
      run_id: 'run-1',
      pipeline: dryrun,
      parameters: '{}',
      trigger: 'api',
      request_hash: '',
      ...startedByKey,
    };
    const settling = { run: { ...run, admitted_at: admittedAt }, outcome: completed, startedAt: undefined };
    expect(await settle('gone', { ...settling, onboardingId: life, endedAt: new Date() })).toBeUndefined();
  });

  it('is known to admission: a repeat under its key starts nothing', async () => {
    await held('keyed', ['run-1']);
    proxy.treat(({ path }) => (path.includes('insertAll') ? { status: 400, body: {} } : 'pass'));
    await settleAs(newSettle(), 'keyed', 'run-1', completed);
    const candidate = {
      run_id: 'run-1',
      pipeline: dryrun,
      parameters: '{}',
      trigger: 'api',
      ...startedByKey,
    };
    const { rows } = await backends.runStatement('keyed', decideKeyedRuns, {
      tenant_id: 'keyed',
      now: new Date(),
      unlimited: 1_000,
      statement_id: 'statement-of-the-test',
      most_waiting: 1_000,
      ...aboutQueue,
      candidates: [{ ...candidate, request_hash: '', key_id: 'key', lease_seconds: 60, ...refusedAtLimit }],
      keyed_run_ids: ['run-1'],
    });
    expect(rows).toMatchObject([{ known: [{ run_id: 'run-1' }], running: 0, waiting_outcomes: 1 }]);
    expect(await backends.usage('keyed')).toMatchObject({ ever: 1, slots: [] });
  });
});
