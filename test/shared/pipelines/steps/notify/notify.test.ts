import { type LocalPubSub, startLocalPubSub } from 'local-pubsub/testing';
import type { AppendedRow } from '../../../../../shared/google/bigquery/tables/append-rows';
import { createPublishEvent } from '../../../../../shared/google/pubsub/publish-event';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { type ExecutionTools, TransientFailure } from '../../../../../shared/pipelines/execution';
import { jobBook } from '../../support/job-book';
import { runOfYaml } from '../../support/run-of-yaml';

const yaml = `
steps:
  - id: build
    type: query
    sql: SELECT 1
  - id: tell
    type: notify
    needs: [build]
    topic: costs-ready
    message: Costs are ready
    retry: { max_attempts: 1 }
`;

describe('a notify step', () => {
  let pubsub: LocalPubSub;
  const subscription = 'projects/local/subscriptions/receiver';
  const rows: AppendedRow[] = [];
  const publish = jest.fn();
  beforeAll(async () => {
    pubsub = await startLocalPubSub();
    const [topic] = await pubsub.client.createTopic('costs-ready');
    await topic.createSubscription('receiver');
  });
  afterAll(async () => {
    await pubsub?.close();
  });
  beforeEach(() => {
    rows.length = 0;
    publish.mockReset();
  });

  const toolsWith = (topics: readonly string[], more: Partial<ExecutionTools> = {}): ExecutionTools => ({
    runJob: jobBook(() => ({ rowsWritten: 7 })).runJob,
    appendRows: async (_, tableId, added) => {
      if (tableId === 'step_logs') rows.push(...added);
    },
    notify: { topics, publish: createPublishEvent(() => pubsub.client) },
    now: () => new Date(),
    random: () => 0,
    sleep: async () => undefined,
    log: () => undefined,
    ...more,
  });

  /** Waits for a message, and acknowledges it. */
  const nextMessage = async () => {
    const [{ receivedMessages = [] }] = await pubsub.subscriber.pull({ subscription, maxMessages: 1 });
    const { message, ackId } = receivedMessages?.[0] ?? {};
    await pubsub.subscriber.acknowledge({ subscription, ackIds: [ackId ?? ''] });
    return { attributes: message?.attributes, data: String(message?.data) };
  };

  it('publishes what is known of the run, under an id made of run and step', async () => {
    const run = runOfYaml('run1', yaml);
    const outcome = await executePipeline(run, toolsWith(['costs-ready']));
    expect(outcome.status).toBe('COMPLETED');
    const message = await nextMessage();
    const attributes = {
      event_id: 'tenant_1-run1-tell',
      tenant_id: 'tenant_1',
      run_id: 'run1',
      pipeline: 'a/b/c',
      step_id: 'tell',
    };
    expect(message.attributes).toEqual(attributes);
    expect(JSON.parse(message.data)).toMatchObject({
      ...attributes,
      status: 'RUNNING',
      message: 'Costs are ready',
      steps: [{ step_id: 'build', status: 'COMPLETED', rows_written: 7, bytes_processed: 10 }],
    });
    expect(rows.map(({ json }) => [json.step_id, json.step_type, json.status, json.job_id])).toEqual([
      ['build', 'query', 'COMPLETED', 'tp_run1_build_1'],
      ['tell', 'notify', 'COMPLETED', null],
    ]);
  });

  it('has the same id when the run is executed again', async () => {
    const run = { ...runOfYaml('run2', yaml), onboardingId: '0123456789' };
    for (const _ of [1, 2]) {
      await executePipeline(run, toolsWith(['costs-ready']));
      expect((await nextMessage()).attributes?.event_id).toBe('tenant_1-run2-01234567-tell');
    }
  });

  it.each([
    ['none', undefined],
    ['others', { topics: ['other'], publish }],
  ])('fails without publishing if the deployment allows %s', async (_, notify) => {
    const tools = toolsWith([], { notify });
    expect(await executePipeline(runOfYaml('run3', yaml), tools)).toMatchObject({
      status: 'FAILED',
      failedStep: 'tell',
      errorCode: 'access_denied',
      errorMessage:
        "Step 'tell' names the topic 'costs-ready', expected one that the deployment allows (NOTIFY_TOPICS).",
    });
    expect(publish).not.toHaveBeenCalled();
  });

  it('fails for good if the topic is missing', async () => {
    const run = runOfYaml('run4', yaml.replace('costs-ready', 'nowhere'));
    expect(await executePipeline(run, toolsWith(['nowhere']))).toMatchObject({
      status: 'FAILED',
      failedStep: 'tell',
      errorCode: 'not_found',
      errorMessage:
        "Step 'tell' failed: The topic 'nowhere' does not exist; expected one that was made before.",
    });
  });

  it('is delivered again if Pub/Sub is away, and fails for good after its own time', async () => {
    publish.mockRejectedValue(Object.assign(new Error('gone'), { code: 14 }));
    const notify = { topics: ['costs-ready'], publish };
    await expect(executePipeline(runOfYaml('run5', yaml), toolsWith([], { notify }))).rejects.toThrow(
      TransientFailure,
    );
    publish.mockImplementation(() => new Promise(() => undefined));
    const impatient = runOfYaml('run6', `${yaml.trimEnd()}\n    timeout_seconds: 1\n`);
    expect(await executePipeline(impatient, toolsWith([], { notify }))).toMatchObject({
      status: 'FAILED',
      errorCode: 'timed_out',
      errorMessage: "Step 'tell' failed: Not finished within 1 seconds.",
    });
  });

  it('throws the reason when it is stopped', async () => {
    const stop = new AbortController();
    publish.mockImplementation(() => {
      stop.abort(new Error('the delivery ends'));
      return new Promise(() => undefined);
    });
    const tools = toolsWith([], { notify: { topics: ['costs-ready'], publish } });
    await expect(executePipeline(runOfYaml('run7', yaml), tools, stop.signal)).rejects.toThrow(
      'the delivery ends',
    );
  });
});
