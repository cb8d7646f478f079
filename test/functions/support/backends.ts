import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { PubSub } from '@google-cloud/pubsub';
import { type BigQueryOptions, type RunningBigQuery, startBigQuery } from 'local-bigquery';
import { clientOf, sharesEngine } from 'local-bigquery/testing';
import { type PubSubServer, startPubSub } from 'local-pubsub';
import { onboardTenant } from '../../../functions/onboard/onboard-tenant';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import {
  createRunStatement,
  type RunStatement,
} from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import { decideRuns } from '../../../shared/sql/runs/decide-runs';
import { settleRuns } from '../../../shared/sql/runs/settle-runs';
import type { Quotas } from '../../../shared/tenants/rules/quotas';
import { query } from '../../support/local-cloud';
import { aboutQueue, refusedAtLimit, startedByKey } from '../../support/started-by';

export const schemasDirectory = join(__dirname, '../../../schemas');
export const runTopic = 'pipeline-runs';
export const dryrun = 'gcp/example/dryrun';

/**
 * How long parts wait, in milliseconds, where a test is not about that: so that on a busy machine, too, runs are decided,
 * settled and in the ledger in time.
 */
export const patience = {
  answerMs: 240_000,
  admission: { budgetMs: 60_000, withdrawalMs: 60_000 },
  settling: { appendMs: 60_000 },
};

/** A copy of the project's definitions with a pipeline of the test's own; it is the test's to remove. */
export function schemasWith(pipelines: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'schemas-'));
  cpSync(schemasDirectory, directory, { recursive: true });
  for (const [path, text] of Object.entries(pipelines)) {
    const file = join(directory, 'pipelines', `${path}.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}

export interface Backends {
  readonly bigquery: RunningBigQuery;
  readonly pubsub: PubSubServer;
  /** Google's clients, connected directly. */
  readonly client: BigQuery;
  readonly messages: PubSub;
  readonly runStatement: RunStatement;
  /** Makes gs://<path>. */
  readonly putFile: (path: string, text: string) => void;
  /** The text of gs://<path>. */
  readonly readFile: (path: string) => string;
  /** Onboards a tenant, unlimited unless quotas are given, and resolves to its API key. */
  readonly onboard: (tenantId: string, quotas?: Partial<Quotas>) => Promise<string>;
  readonly usage: (tenantId: string) => Promise<Usage>;
  readonly ledger: (tenantId: string) => Promise<Record<string, unknown>[]>;
  /** Admits runs, and leaves it to the test to send their messages. */
  readonly hold: (tenantId: string, runIds: readonly string[], change?: HeldChange) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface Usage {
  readonly ever: unknown;
  readonly month: unknown;
  readonly running: unknown;
  readonly slots: readonly unknown[];
}

interface HeldChange {
  readonly now?: Date;
  readonly pipeline?: string;
  readonly parameters?: string;
  readonly lease_seconds?: number;
}

/** Settles a held run as COMPLETED, unless another outcome is given, and leaves its ledger row to others. */
export const settleHeld = async (
  { client, runStatement }: Pick<Backends, 'client' | 'runStatement'>,
  tenant_id: string,
  run_id: string,
  { status = 'COMPLETED', at = new Date() }: { readonly status?: string; readonly at?: Date } = {},
) =>
  runStatement(tenant_id, settleRuns, {
    tenant_id,
    onboarding_id: await lifeOf(client, tenant_id),
    now: at,
    outcomes: [
      {
        run_id,
        status,
        error_code: null,
        error_message: null,
        failed_step: null,
        handed_on_at: null,
        only_if_queued: null,
        started_at: at,
        ended_at: at,
        duration_ms: 0,
        rows_written: 0,
        bytes_processed: 0,
        bytes_billed: 0,
        watermark: null,
        recorded_at: at,
      },
    ],
  });

/** The tenant's onboarding id. */
export async function lifeOf(client: BigQuery, tenantId: string): Promise<string> {
  const [row] = await query(client, tenantId, 'SELECT onboarding_id FROM tenants');
  return String(row?.onboarding_id ?? '');
}

/** A BigQuery and a Pub/Sub, with the topic of runs and no subscription. */
export async function startBackends(options: Pick<BigQueryOptions, 'limits'> = {}): Promise<Backends> {
  const gcsDirectory = mkdtempSync(join(tmpdir(), 'backends-'));
  const bigquery = await startBigQuery({ port: 0, gcsDirectory, sharesEngine, ...options });
  const pubsub = await startPubSub({ port: 0, shortestAckDeadlineSeconds: 1 });
  // Google's client reads where Pub/Sub is from the environment when it is made.
  Object.assign(process.env, {
    GOOGLE_CLOUD_PROJECT: 'local',
    PUBSUB_EMULATOR_HOST: `127.0.0.1:${pubsub.port}`,
    METADATA_SERVER_DETECTION: 'none',
  });
  const client = clientOf(bigquery.url);
  const runStatement = createRunStatement(client);
  const messages = new PubSub();
  await messages.createTopic(runTopic);
  return {
    bigquery,
    pubsub,
    client,
    messages,
    runStatement,
    putFile: (path, text) => {
      mkdirSync(dirname(join(gcsDirectory, path)), { recursive: true });
      writeFileSync(join(gcsDirectory, path), text);
    },
    readFile: (path) => readFileSync(join(gcsDirectory, path), 'utf8'),
    onboard: (tenantId, quotas) => onboard(client, runStatement, tenantId, quotas),
    usage: (tenantId) => usage(client, tenantId),
    ledger: (tenantId) => query(client, tenantId, 'SELECT * FROM pipeline_runs ORDER BY recorded_at'),
    hold: (tenantId, runIds, change) => hold(runStatement, tenantId, runIds, change),
    close: async () => {
      await messages.close();
      await pubsub.close();
      await bigquery.close();
      rmSync(gcsDirectory, { recursive: true, force: true });
    },
  };
}

async function onboard(
  client: BigQuery,
  runStatement: RunStatement,
  tenant_id: string,
  quotas: Partial<Quotas> = {},
): Promise<string> {
  const tenant = {
    tenant_id,
    company_name: 'Test Corporation',
    contact_email: 'admin@testcorp.com',
    subscription_tier: 'ENTERPRISE',
    replace_offboarded: false,
    force_recreate_dataset: false,
    force_recreate_tables: false,
    ...quotas,
  };
  const { api_key } = await onboardTenant(tenant, {
    runStatement,
    datasets: createTenantDatasets(client),
    findOffboarded: async () => undefined,
    tables: loadTables(schemasDirectory),
    tiers: loadTiers(schemasDirectory),
    defaultLocation: 'US',
    now: () => new Date(),
    newId: randomUUID,
    log: () => undefined,
  });
  return api_key;
}

async function usage(client: BigQuery, tenantId: string): Promise<Usage> {
  const sql = `SELECT pipeline_runs_count AS ever, pipeline_runs_this_month AS month,
    current_running_pipelines AS running, ARRAY(SELECT run_id FROM UNNEST(active_runs)) AS slots FROM tenants`;
  const [row] = await query(client, tenantId, sql);
  if (row === undefined) throw new Error(`There is no tenant ${tenantId}`);
  const slots = Array.isArray(row.slots) ? row.slots : [];
  return { ever: row.ever, month: row.month, running: row.running, slots };
}

const hold = (
  runStatement: RunStatement,
  tenant_id: string,
  runIds: readonly string[],
  { now = new Date(), ...change }: HeldChange = {},
) =>
  runStatement(tenant_id, decideRuns, {
    tenant_id,
    now,
    unlimited: 1_000_000,
    statement_id: 'statement-of-the-test',
    most_waiting: 1_000_000,
    ...aboutQueue,
    candidates: runIds.map((run_id) => ({
      run_id,
      pipeline: dryrun,
      parameters: '{}',
      trigger: 'api',
      request_hash: '',
      ...startedByKey,
      key_id: 'key-of-the-test',
      lease_seconds: 3_600,
      ...refusedAtLimit,
      ...change,
    })),
  });

/** A ledger row, as a version wrote it that recorded a run before it freed the slot. */
export async function record(client: BigQuery, tenant_id: string, run_id: string, admittedAt?: Date) {
  const sql = `SELECT FORMAT_TIMESTAMP('%FT%H:%M:%E3SZ', admitted_at) AS admitted FROM tenants, UNNEST(active_runs)
    WHERE run_id = '${run_id}'`;
  const now = new Date().toISOString();
  const [slot] = admittedAt === undefined ? await query(client, tenant_id, sql) : [];
  const json = {
    run_id,
    tenant_id,
    pipeline: dryrun,
    status: 'COMPLETED',
    admitted_at: admittedAt?.toISOString() ?? String(slot?.admitted ?? now),
    ended_at: now,
    recorded_at: now,
  };
  await createAppendRows(client)(tenant_id, 'pipeline_runs', [{ insertId: run_id, json }]);
}
