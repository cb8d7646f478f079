import { rmSync } from 'node:fs';
import type { TenantEvent } from '../../../shared/definitions/schemas/event-schemas';
import { loadControlTables } from '../../../shared/definitions/tables';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import { call, query } from '../../support/local-cloud';
import { type Backends, schemasDirectory, schemasWith, startBackends } from '../support/backends';
import { type Instance, startTickInstance } from '../support/instances';

const newest = 'test/example/newest';
const definition = `
description: For tests.
at_limit: cancel_oldest
steps: [{ id: one, type: query, sql: SELECT 1 AS n }]
`;
const minuteMs = 60_000;
const control = {
  name: 'tenant_pipelines',
  location: 'US',
  tables: () => loadControlTables(schemasDirectory),
};

describe('A schedule of a pipeline whose newest run takes the place of its oldest', () => {
  const schemas = schemasWith({ [newest]: definition });
  const instances: Instance[] = [];
  /** Half a minute past a full one. */
  let now = new Date(Math.floor(Date.now() / minuteMs) * minuteMs + minuteMs / 2);
  let backends: Backends;
  let events: TenantEvent[] = [];
  const tick = async ({ url }: Instance) => (await call(url, 'POST', '/')).body;
  /**
   * Ticks until all is decided, which an admission may not be in time on a machine that has much to do. Resolves to how
   * many runs were started.
   */
  const tickOn = async (instance: Instance): Promise<number> => {
    const { started, left_over } = await tick(instance);
    return Number(started) + (left_over === 0 ? 0 : await tickOn(instance));
  };
  const startInstance = async (runStatement: RunStatement = backends.runStatement) => {
    const instance = await startTickInstance({
      bigqueryUrl: backends.bigquery.url,
      now: () => now,
      publishEvents: async (published) => void events.push(...published),
      ...{ control, schemas, runStatement },
    });
    instances.push(instance);
    return instance;
  };
  const inControl = (sql: string, parameters: Record<string, unknown> = {}) =>
    query(backends.client, control.name, sql, parameters);
  const setHandled = (tenant: string, until: Date) =>
    inControl('UPDATE schedules SET handled_until = @until WHERE tenant_id = @tenant', { tenant, until });
  /** What became of each planned time, and how many rows tell of it. */
  const historyOf = async (tenant: string) => {
    const rows = await inControl(
      'SELECT outcome, code FROM schedule_times WHERE tenant_id = @tenant ORDER BY planned_at, recorded_at',
      { tenant },
    );
    return rows.map(({ outcome, code }) => (code === null ? outcome : `${outcome} ${code}`));
  };
  /** A tenant with two slots, which are taken, and a schedule that is due once a minute. */
  const begin = async (tenant: string, dueTimes: number) => {
    await backends.onboard(tenant, { max_concurrent_pipelines: 2 });
    for (const [index, runId] of ['oldest', 'older'].entries())
      await backends.hold(tenant, [`${tenant}-${runId}`], {
        pipeline: newest,
        now: new Date(now.getTime() - (9 - index) * minuteMs),
      });
    await inControl(
      `INSERT INTO schedules (schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, time_zone, missed, overlap,
         window_seconds, state, version, handled_until, created_at, created_by, updated_at)
       SELECT @id, @tenant, @life, @pipeline, '{}', '* * * * *', 'Etc/UTC', 'all', 'allow', 0, 'active', 1, @until, @now, 'key', @now`,
      {
        ...{ id: `sch_${tenant}`, tenant, pipeline: newest, now },
        life: String(
          (await query(backends.client, tenant, 'SELECT onboarding_id FROM tenants'))[0]?.onboarding_id,
        ),
        until: new Date(now.getTime() - dueTimes * minuteMs),
      },
    );
  };
  /** The runs that are over, in the ledger or on their way there, by their ids. */
  const over = async (tenant: string) => {
    const rows = await query(
      backends.client,
      tenant,
      `SELECT run_id, status, error_message FROM pipeline_runs UNION DISTINCT
       SELECT run_id, status, error_message FROM tenants, UNNEST(settled_runs)`,
    );
    return rows.map(({ run_id, status, error_message }) => [run_id, status, error_message]).toSorted();
  };
  const why = 'The run was cancelled by request: a newer run took its place';

  beforeAll(async () => {
    backends = await startBackends();
    await backends.messages.createTopic('operations');
    await createControlDataset(backends.client, control).ensure();
  });
  beforeEach(async () => {
    events = [];
    await inControl('DELETE FROM schedules WHERE TRUE');
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await backends?.close();
    rmSync(schemas, { recursive: true, force: true });
  });

  it('has it cancelled, recorded and told as for a caller, and for a planned time once', async () => {
    await begin('once', 1);
    const instance = await startInstance();
    expect(await tickOn(instance)).toBe(1);
    expect(await over('once')).toEqual([['once-oldest', 'CANCELLED', why]]);
    expect(await inControl("SELECT run_id, status FROM all_runs WHERE tenant_id = 'once'")).toEqual([
      { run_id: 'once-oldest', status: 'CANCELLED' },
    ]);
    expect(events).toEqual([expect.objectContaining({ type: 'run.settled', subject: 'once' })]);
    const { slots } = await backends.usage('once');
    expect(slots).toEqual(['once-older', expect.any(String)]);
    // As if it had died before it wrote down how far it has come.
    await setHandled('once', new Date(now.getTime() - minuteMs));
    expect(await tickOn(instance)).toBe(1);
    expect(await historyOf('once')).toEqual(['started']);
    expect((await backends.usage('once')).slots).toEqual(slots);
    expect(await over('once')).toHaveLength(1);
  });

  it('cancels no second run where a tick died after the first, or two come at once', async () => {
    await begin('twice', 1);
    let isDead = false;
    const dying = await startInstance(async (dataset, statement, ...rest) => {
      if (isDead) throw new Error('The process ended');
      const outcome = await backends.runStatement(dataset, statement, ...rest);
      isDead = statement.name.startsWith('settle');
      return outcome;
    });
    expect(await tick(dying)).toMatchObject({ started: 0, left_over: 1 });
    expect((await backends.usage('twice')).slots).toEqual(['twice-older']);
    const alive = [await startInstance(), await startInstance()];
    await Promise.all(alive.map(tickOn));
    expect((await backends.usage('twice')).slots).toEqual(['twice-older', expect.any(String)]);
    now = new Date(now.getTime() + minuteMs);
    await Promise.all(alive.map(tickOn));
    expect(await backends.usage('twice')).toMatchObject({ ever: 4, running: 2 });
    expect(await over('twice')).toEqual(['older', 'oldest'].map((run) => [`twice-${run}`, 'CANCELLED', why]));
    expect(new Set(await historyOf('twice'))).toEqual(new Set(['started']));
  });

  it('of the times that come together starts the youngest in its place, and refuses those before it', async () => {
    await begin('late', 4);
    await tickOn(await startInstance());
    expect(await historyOf('late')).toEqual([
      ...Array.from({ length: 3 }, () => 'refused concurrent_limit_reached'),
      'started',
    ]);
    expect(await over('late')).toEqual([['late-oldest', 'CANCELLED', why]]);
  });
});
