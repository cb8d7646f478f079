import { randomUUID } from 'node:crypto';
import type { Faults } from '../../../../local/cloud/faults/faults';
import {
  createBigQuery,
  createBigQueryWithoutRetries,
} from '../../../../shared/google/bigquery/bigquery-client';
import {
  type ClaimHandOver,
  createClaimHandOver,
} from '../../../../shared/google/bigquery/jobs/claim-hand-over';
import { createRunJob, type RunJob } from '../../../../shared/google/bigquery/jobs/run-job';
import { createOpenJobs, type OpenJobs } from '../../../../shared/google/bigquery/jobs/tenant-jobs';
import {
  createRunStatement,
  type RunStatement,
} from '../../../../shared/google/bigquery/statements/run-statement';
import { type AppendRows, createAppendRows } from '../../../../shared/google/bigquery/tables/append-rows';
import { createControlDataset } from '../../../../shared/google/bigquery/tables/control-dataset';
import { createDescribeDataset } from '../../../../shared/google/bigquery/tables/describe-dataset';
import {
  createListTenantPage,
  createListTenants,
  type ListTenants,
} from '../../../../shared/google/bigquery/tables/list-tenants';
import { createMayHaveRowsSince } from '../../../../shared/google/bigquery/tables/may-have-rows-since';
import { createReadKeyExpiries } from '../../../../shared/google/bigquery/tables/read-key-expiries';
import { createDescribeRows } from '../../../../shared/google/bigquery/tables/read-rows-page';
import {
  createHoldsSlot,
  createReadQuotaCounters,
  createReadRunsInFlight,
  createReadTenantDetails,
  createReadTenantLife,
  createReadTenantState,
  createReadTenantSummary,
  type HoldsSlot,
  type ReadQuotaCounters,
  type ReadTenantState,
} from '../../../../shared/google/bigquery/tables/read-tenant-state';
import { createTenantDatasets } from '../../../../shared/google/bigquery/tables/tenant-datasets';
import { createPublishOperation } from '../../../../shared/google/pubsub/publish-operation';
import { createPublishRun, type PublishRun } from '../../../../shared/google/pubsub/publish-run';
import { createPublishTenantEvents } from '../../../../shared/google/pubsub/publish-tenant-events';
import type { Log } from '../../../../shared/log';
import type { Journal } from '../judge/journal';
import type { Life } from './life';

/**
 * How an instance reaches Google: as the functions do it, but each call ends with the instance's life. Only
 * datasets, their tables and pages of tenants are the real ones: no run depends on them.
 */
export const mortalGoogle = (life: Life, { journal, oblivion }: Oblivious) => ({
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement: (bigquery: Client) => mortalRunStatement(life, createRunStatement(bigquery)),
  createRunJob: (bigquery: Client) => mortalRunJob(life, createRunJob(bigquery), journal),
  createAppendRows: (bigquery: Client) =>
    mortalAppendRows(life, createAppendRows(bigquery), { journal, oblivion }),
  createHoldsSlot: (bigquery: Client) => mortalHoldsSlot(life, createHoldsSlot(bigquery)),
  createReadQuotaCounters: (bigquery: Client) =>
    mortalReadQuotaCounters(life, createReadQuotaCounters(bigquery)),
  createReadTenantState: (bigquery: Client) => mortalReadTenantState(life, createReadTenantState(bigquery)),
  createOpenJobs: (bigquery: Client) => mortalOpenJobs(life, createOpenJobs(bigquery)),
  createClaimHandOver: (bigquery: Client) => mortalClaimHandOver(life, createClaimHandOver(bigquery)),
  createListTenants: (bigquery: Client) => mortalListTenants(life, createListTenants(bigquery)),
  createPublishRun: (topic: string, bigquery?: Client) =>
    mortalPublishRun(life, createPublishRun(topic, bigquery), journal),
  createControlDataset,
  createTenantDatasets,
  createPublishOperation,
  createPublishTenantEvents,
  createMayHaveRowsSince,
  createReadRunsInFlight,
  createListTenantPage,
  createReadTenantDetails,
  createReadTenantLife,
  createReadTenantSummary,
  createReadKeyExpiries,
  createDescribeDataset,
  createDescribeRows,
});

type Client = ReturnType<typeof createBigQuery>;

const mortalRunStatement =
  (life: Life, runStatement: RunStatement): RunStatement =>
  (dataset, statement, parameters, options) =>
    life.through(statement.name, dataset, () => runStatement(dataset, statement, parameters, options));

const mortalRunJob =
  (life: Life, runJob: RunJob, { note }: Journal): RunJob =>
  (request, signal) =>
    life.through('job', request.jobId, async () => {
      const outcome = await runJob(request, signal);
      const attached = outcome.status !== 'unknown' && outcome.attached ? ', attached' : '';
      note(
        request.labels.run ?? '',
        `${life.name}: step ${request.labels.step} ${request.jobId} ${outcome.status}${attached}`,
      );
      return outcome;
    });

/**
 * BigQuery drops a row whose insertId it remembers, on best effort. Here it forgets many: those rows are sent
 * under ids that it has not seen.
 */
function mortalAppendRows(life: Life, appendRows: AppendRows, { journal, oblivion }: Oblivious): AppendRows {
  return (dataset, table, rows) =>
    life.through(`append ${table}`, rows.map(({ insertId }) => insertId).join(), async () => {
      const sent = rows.map((row) => {
        const identity = `${table} ${row.insertId}`;
        const isForgotten = oblivion.next({ kind: 'insertId', identity }, ['forgotten']) !== undefined;
        return isForgotten ? { ...row, insertId: randomUUID() } : row;
      });
      await appendRows(dataset, table, sent);
      if (table !== 'pipeline_runs') return;
      for (const { json } of rows) {
        journal.ended(String(json.run_id), `${life.name}: in the ledger as ${json.status}`);
      }
    });
}

export interface Oblivious {
  readonly journal: Journal;
  /** Decides which insertIds BigQuery has forgotten. */
  readonly oblivion: Faults;
}

const mortalPublishRun =
  (life: Life, publishRun: PublishRun, { note }: Journal): PublishRun =>
  (message) =>
    life.through('publish', message.run_id, async () => {
      await publishRun(message);
      note(message.run_id, `${life.name}: published`);
    });

const mortalClaimHandOver =
  (life: Life, claimHandOver: ClaimHandOver): ClaimHandOver =>
  (handOver) =>
    life.through('claim-hand-over', handOver.jobId, () => claimHandOver(handOver));

const mortalHoldsSlot =
  (life: Life, holdsSlot: HoldsSlot): HoldsSlot =>
  (dataset, onboardingId, runId) =>
    life.through('look', runId, () => holdsSlot(dataset, onboardingId, runId));

const mortalReadQuotaCounters =
  (life: Life, readQuotaCounters: ReadQuotaCounters): ReadQuotaCounters =>
  (dataset) =>
    life.through('read-quota-counters', dataset, () => readQuotaCounters(dataset));

const mortalReadTenantState =
  (life: Life, readTenantState: ReadTenantState): ReadTenantState =>
  (dataset) =>
    life.through('read-tenant-state', dataset, () => readTenantState(dataset));

const mortalOpenJobs =
  (life: Life, openJobs: OpenJobs): OpenJobs =>
  async (dataset) => {
    const jobs = await life.through('open-jobs', dataset, () => openJobs(dataset));
    return {
      place: jobs.place,
      find: (jobId) => life.through('find-job', jobId, () => jobs.find(jobId)),
      cancel: (jobId) => life.through('cancel-job', jobId, () => jobs.cancel(jobId)),
    };
  };

const mortalListTenants = (life: Life, listTenants: ListTenants): ListTenants =>
  async function* () {
    const pages = listTenants()[Symbol.asyncIterator]();
    for (;;) {
      const page = await life.through('list-tenants', '', () => pages.next());
      if (page.done) return;
      yield page.value;
    }
  };

/** A dead instance writes no lines, though its timers go on. */
export const mortalLog =
  (life: Life, { log }: Journal): Log =>
  (severity, message, fields) => {
    if (!life.isOver()) log(severity, message, fields);
  };
