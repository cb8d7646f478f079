import { createRunStatement } from '../../../../../shared/google/bigquery/statements/run-statement';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { type ExecutionTools, TransientFailure } from '../../../../../shared/pipelines/execution';
import { createFindRecord } from '../../../../../shared/pipelines/steps/notify/notify-step';
import { runOfYaml } from '../../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

const tell = `
  - id: tell
    type: notify
    topic: costs-ready
    retry: { max_attempts: 1 }`;
const alone = `steps:${tell}`;
const after = `
steps:
  - id: build
    type: query
    sql: SELECT 1${tell}
    needs: [build]`;

describe('a notify step of a run that is executed several times', () => {
  let tenant: TenantDataset;
  const events: unknown[] = [];
  let looks = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());
  beforeEach(() => {
    events.length = 0;
    looks = 0;
  });

  const toolsWith = (more: Partial<ExecutionTools> = {}, findRecord = findIn(tenant)): ExecutionTools => ({
    ...tenant.tools,
    notify: {
      topics: ['costs-ready'],
      publish: async (_, { attributes }) => void events.push(attributes.event_id),
      findRecord: (run, stepId) => {
        looks += 1;
        return findRecord(run, stepId);
      },
    },
    ...more,
  });
  const findIn = ({ bigquery }: TenantDataset) => createFindRecord(createRunStatement(bigquery));

  it('publishes its event once, and is recorded the same each time', async () => {
    const run = runOfYaml('run1', after);
    const first = await executePipeline(run, toolsWith());
    expect([first.status, looks]).toEqual(['COMPLETED', 0]);
    const again = await executePipeline(run, toolsWith());
    expect([again.steps, looks]).toEqual([first.steps, 1]);
    expect(events).toEqual(['tenant_1-run1-tell']);
    const records = `SELECT DISTINCT status, attempt, started_at, ended_at FROM step_logs WHERE run_id = 'run1' AND step_id = 'tell'`;
    expect(await tenant.query(records)).toHaveLength(1);
  });

  it('looks at once if no step that it needs shows whether this execution is the first', async () => {
    const run = runOfYaml('run2', alone);
    for (const _ of ['first', 'again']) {
      expect(await executePipeline(run, toolsWith())).toMatchObject({ status: 'COMPLETED' });
    }
    expect([events, looks]).toEqual([['tenant_1-run2-tell'], 2]);
  });

  it('publishes if the execution before did not get this far', async () => {
    const run = runOfYaml('run3', after);
    const stop = new AbortController();
    const stopping: ExecutionTools['runJob'] = async (request, signal) => {
      const outcome = await tenant.tools.runJob(request, signal);
      stop.abort(new Error('the delivery ends'));
      return outcome;
    };
    const stopped = executePipeline(run, toolsWith({ runJob: stopping }), stop.signal);
    await expect(stopped).rejects.toThrow('the delivery ends');
    expect(await executePipeline(run, toolsWith())).toMatchObject({ status: 'COMPLETED' });
    expect([events, looks]).toEqual([['tenant_1-run3-tell'], 1]);
  });

  it('publishes again, under the same id, if the worker died before the record', async () => {
    const run = runOfYaml('run4', after);
    const forgetful = toolsWith({ appendRows: async () => undefined });
    await executePipeline(run, forgetful);
    await executePipeline(run, toolsWith());
    expect(events).toEqual(['tenant_1-run4-tell', 'tenant_1-run4-tell']);
  });

  it('waits for a later delivery if its record cannot be read for now', async () => {
    const away = async () => {
      throw Object.assign(new Error('Try again.'), { code: 503 });
    };
    await expect(executePipeline(runOfYaml('run5', alone), toolsWith({}, away))).rejects.toThrow(
      TransientFailure,
    );
    expect(events).toEqual([]);
  });

  it('publishes if its record can never be read: better twice than never', async () => {
    const gone = async () => {
      throw Object.assign(new Error('Not found: Table step_logs'), { code: 404 });
    };
    expect(await executePipeline(runOfYaml('run6', alone), toolsWith({}, gone))).toMatchObject({
      status: 'COMPLETED',
    });
    expect(events).toEqual(['tenant_1-run6-tell']);
  });
});
