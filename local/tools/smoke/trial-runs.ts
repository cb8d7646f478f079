import { z } from 'zod';
import type { CallTimes } from './call-times';
import { type FunctionCalls, Refused } from './function-calls';
import type { HostedForSmoke } from './hosted-functions';
import { stepsPipeline } from './smoke-files';

const onboardedSchema = z.object({ api_key: z.string() });
const startedSchema = z.object({ run_id: z.string() });
const stepSchema = z.object({ step_id: z.string(), status: z.string(), error_message: z.string().nullish() });
const runSchema = z.object({
  status: z.string(),
  error_message: z.string().nullish(),
  steps: z.array(stepSchema).default([]),
});
const profileSchema = z.object({
  usage: z.object({ pipeline_runs_count: z.number(), current_running_pipelines: z.number() }),
});

/** What is told of a trial: each line is right or a problem. */
export type Tell = (what: string, isRight: boolean) => void;

interface Tenant {
  readonly id: string;
  readonly apiKey: string;
}

const dryRun = 'gcp/example/dryrun';

export async function onboardForSmoke(
  { onboard }: HostedForSmoke,
  id: string,
  quotas: Readonly<Record<string, unknown>>,
  callTimes: CallTimes,
): Promise<Tenant> {
  const body = { tenant_id: id, company_name: 'Smoke test', subscription_tier: 'ENTERPRISE', ...quotas };
  const call = () => onboard.call('POST', '/api/v1/customers/onboard', { isAdmin: true, body });
  const { api_key } = onboardedSchema.parse(await callTimes.measured('onboarding', call));
  return { id, apiKey: api_key };
}

const start = (run: FunctionCalls, { id, apiKey }: Tenant, pipeline: string): Promise<string> =>
  run
    .call('POST', `/api/v1/pipelines/run/${id}/${pipeline}`, { apiKey, body: {} })
    .then((answer) => startedSchema.parse(answer).run_id);

const show = (run: FunctionCalls, { apiKey }: Tenant, runId: string) =>
  run.call('GET', `/api/v1/pipelines/runs/${runId}`, { apiKey }).then((body) => runSchema.parse(body));

/** Asks until the run has ended. */
async function ended(run: FunctionCalls, tenant: Tenant, runId: string): Promise<z.infer<typeof runSchema>> {
  const giveUpAt = Date.now() + 5 * 60_000;
  for (;;) {
    const shown = await show(run, tenant, runId).catch((error: unknown) => {
      // Too many ask at once: it is no answer about the run.
      if (error instanceof Refused && error.status === 503) return undefined;
      throw error;
    });
    if (shown !== undefined && !['QUEUED', 'ADMITTED'].includes(shown.status)) return shown;
    if (Date.now() > giveUpAt) throw new Error(`Run ${runId} has not ended within five minutes`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/**
 * Ten runs at once where three may run, while nothing is delivered: three are admitted. Then one is cancelled
 * while the worker starts it: both say the same of it.
 */
export async function raceAdmissions(hosted: HostedForSmoke, tenant: Tenant, tell: Tell): Promise<void> {
  const answers = await Promise.allSettled(
    Array.from({ length: 10 }, () => start(hosted.run, tenant, dryRun)),
  );
  const admitted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const refused = answers.filter(
    ({ status, ...answer }) =>
      status === 'rejected' &&
      'reason' in answer &&
      answer.reason instanceof Refused &&
      answer.reason.status === 429,
  );
  tell(
    `ten admissions at once, three may run: ${admitted.length} admitted, ${refused.length} refused by 429`,
    admitted.length === 3 && refused.length === 7,
  );
  const [first] = admitted;
  if (first === undefined) throw new Error('No run was admitted: the rest cannot be tried');
  hosted.startDelivering();
  const cancelled = await hosted.run
    .call('POST', `/api/v1/pipelines/runs/${first}/cancel`, { apiKey: tenant.apiKey })
    .then(
      (body) => z.object({ status: z.string() }).parse(body).status,
      (error: unknown) => (error instanceof Refused ? `refused by ${error.status}` : String(error)),
    );
  const outcomes = await Promise.all(admitted.map((runId) => ended(hosted.run, tenant, runId)));
  const [outcome] = outcomes;
  tell(
    `a cancellation against the worker: answered ${cancelled}, recorded ${outcome?.status}`,
    cancelled === outcome?.status || (cancelled.startsWith('refused') && outcome?.status === 'COMPLETED'),
  );
  await tellCounters(hosted, tenant, 3, tell);
}

async function tellCounters(
  { tenants }: HostedForSmoke,
  { id, apiKey }: Tenant,
  runs: number,
  tell: Tell,
): Promise<void> {
  const { usage } = profileSchema.parse(await tenants.call('GET', `/api/v1/tenants/${id}`, { apiKey }));
  tell(
    `${id}: ${usage.pipeline_runs_count} runs counted, ${usage.current_running_pipelines} still run`,
    usage.pipeline_runs_count === runs && usage.current_running_pipelines === 0,
  );
}

/** Admissions one by one, ten and a hundred at once; all of them end and are counted. */
export async function timeAdmissions(
  hosted: HostedForSmoke,
  tenant: Tenant,
  callTimes: CallTimes,
  tell: Tell,
): Promise<void> {
  const runs: string[] = [];
  const admit = async (kind: string) => {
    runs.push(await callTimes.measured(kind, () => start(hosted.run, tenant, dryRun)));
  };
  for (let count = 0; count < 5; count += 1) await admit('admission alone');
  for (const count of [10, 100]) {
    await Promise.all(Array.from({ length: count }, () => admit(`admission, ${count} at once`)));
  }
  const outcomes: z.infer<typeof runSchema>[] = [];
  for (const runId of runs) outcomes.push(await ended(hosted.run, tenant, runId));
  const failed = outcomes.filter(({ status }) => status !== 'COMPLETED');
  tell(`${runs.length} runs of ${dryRun}: ${failed.length} failed`, failed.length === 0);
  for (const { error_message } of failed.slice(0, 3)) tell(`  ${error_message}`, false);
  await tellCounters(hosted, tenant, runs.length, tell);
}

const planSchema = z.object({
  steps: z.array(
    z.object({
      step_id: z.string(),
      status: z.string(),
      bytes_billed: z.number().nullable(),
      error_message: z.string().nullable(),
    }),
  ),
});

/** A dry run of the same pipeline: before its first run some steps read tables that are not there yet. */
async function plan(hosted: HostedForSmoke, { id, apiKey }: Tenant): Promise<z.infer<typeof planSchema>> {
  const path = `/api/v1/pipelines/run/${id}/${stepsPipeline}?dry_run=true`;
  return planSchema.parse(await hosted.run.call('POST', path, { apiKey, body: {} }));
}

const resultsSchema = z.object({
  results: z.array(
    z.object({
      n: z.number(),
      name: z.string(),
      exists: z.boolean().nullable(),
      changed_since: z.boolean().nullable(),
    }),
  ),
});
const resultSchema = z.object({
  rows: z.array(z.unknown()).nullable(),
  files: z.array(z.object({ url: z.string().nullable() })).nullable(),
});

/** What the run has made is there, can be read, and counts as unchanged. */
async function tellResults(
  { run }: HostedForSmoke,
  { apiKey }: Tenant,
  runId: string,
  tell: Tell,
): Promise<void> {
  const path = `/api/v1/pipelines/runs/${runId}/results`;
  const { results } = resultsSchema.parse(await run.call('GET', path, { apiKey }));
  for (const { n, name, exists, changed_since } of results) {
    const { rows, files } = resultSchema.parse(await run.call('GET', `${path}/${n}`, { apiKey }));
    const signed = files?.filter(({ url }) => url !== null).length;
    const read = rows === null ? `${files?.length} files, ${signed} with a URL` : `${rows.length} rows`;
    const state = changed_since ? ', changed since' : '';
    tell(`result ${name}: ${read}${state}`, exists === true && changed_since === false);
  }
  tell(`the run's results: ${results.length}`, results.length > 0);
}

/** One run of the pipeline with a step of each type, tried before and after; what it has made is read. */
export async function runSteps(
  hosted: HostedForSmoke,
  tenant: Tenant,
  callTimes: CallTimes,
  tell: Tell,
): Promise<void> {
  await callTimes.measured('dry run', () => plan(hosted, tenant));
  const runId = await start(hosted.run, tenant, stepsPipeline);
  const run = await callTimes.measured('run with a step of each type', () =>
    ended(hosted.run, tenant, runId),
  );
  for (const { step_id, status, error_message } of run.steps) {
    tell(`step ${step_id}: ${status}${error_message ? ` (${error_message})` : ''}`, status === 'COMPLETED');
  }
  const isRight = run.status === 'COMPLETED' && run.steps.length > 0;
  tell(`the run of all steps: ${run.status}${run.error_message ? ` (${run.error_message})` : ''}`, isRight);
  await tellResults(hosted, tenant, runId, tell);
  const planned = await callTimes.measured('dry run', () => plan(hosted, tenant));
  for (const { step_id, status, error_message } of planned.steps) {
    const isKnown = status === 'ESTIMATED' || status === 'NOT_BILLED';
    tell(`dry run, step ${step_id}: ${status}${error_message ? ` (${error_message})` : ''}`, isKnown);
  }
}
