import { randomUUID } from 'node:crypto';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { executionIdOf } from '../../../shared/pipelines/job-ids';
import {
  ledgerRow,
  type RunOutcome,
  recordedOutcome,
  type Slot,
} from '../../../shared/runs/rules/ledger-row';
import { type Backends, dryrun } from '../support/backends';
import {
  admitKeyedRunsBefore,
  admitRunsBefore,
  findRunBefore,
  releaseRunsBefore,
  withdrawRunsBefore,
} from './statements-before';

/** What the functions of the version before do to a tenant's row and ledger, step by step. */
export interface VersionBefore {
  /** Its answer says which of the runs it took for admitted or finished. */
  readonly admit: (tenantId: string, runIds: readonly string[], options?: AdmitBefore) => Promise<Known>;
  /** How its worker begins: the slot of a run that is to be executed; undefined where nothing is. */
  readonly find: (tenantId: string, runId: string) => Promise<Slot | undefined>;
  /**
   * How its worker, its cancellation and its reconcile decide: by a row in the ledger. BigQuery drops one for a
   * run that it has just got another for, unless it has forgotten the insertId.
   */
  readonly record: (
    tenantId: string,
    slot: Slot,
    outcome: RunOutcome,
    at: Date,
    isForgotten?: boolean,
  ) => Promise<void>;
  /** Frees a slot, once the ledger shows its run. Resolves to the runs that still hold theirs. */
  readonly release: (tenantId: string, runId: string) => Promise<readonly string[]>;
  readonly withdraw: (tenantId: string, runId: string) => Promise<unknown>;
}

interface AdmitBefore {
  /** The ids follow from idempotency keys. */
  readonly isKeyed?: boolean;
  readonly leaseSeconds?: number;
}

interface Known {
  readonly admitted: readonly string[];
  readonly finished: readonly string[];
}

export const completedBefore: RunOutcome = {
  status: 'COMPLETED',
  rowsWritten: 1,
  bytesProcessed: 2,
  bytesBilled: 3,
};
export const cancelledBefore: RunOutcome = {
  status: 'CANCELLED',
  errorCode: 'cancelled',
  errorMessage: 'The run was cancelled by request.',
  rowsWritten: 0,
  bytesProcessed: 0,
  bytesBilled: 0,
};

export function createVersionBefore({
  client,
  runStatement,
}: Pick<Backends, 'client' | 'runStatement'>): VersionBefore {
  const appendRows = createAppendRows(client);
  return {
    async admit(tenant_id, run_ids, { isKeyed = false, leaseSeconds = 3_600 } = {}) {
      const candidates = run_ids.map((run_id) => ({
        run_id,
        pipeline: dryrun,
        parameters: '{}',
        trigger: 'api',
        request_hash: isKeyed ? 'digest' : null,
        lease_seconds: leaseSeconds,
      }));
      const parameters = { tenant_id, now: new Date(), unlimited: 1_000_000_000_000, candidates };
      const { rows } = isKeyed
        ? await runStatement(tenant_id, admitKeyedRunsBefore, { ...parameters, keyed_run_ids: run_ids })
        : await runStatement(tenant_id, admitRunsBefore, parameters);
      const idsOf = (runs: readonly { readonly run_id: string }[] = []) => runs.map(({ run_id }) => run_id);
      return { admitted: idsOf(rows[0]?.admitted), finished: idsOf(rows[0]?.finished) };
    },

    async find(tenant_id, run_id) {
      const { rows } = await runStatement(tenant_id, findRunBefore, { tenant_id, run_id });
      return rows[0]?.is_finished ? undefined : (rows[0]?.slot ?? undefined);
    },

    async record(tenant_id, slot, outcome, at, isForgotten = false) {
      const { run_id } = slot;
      const { rows } = await runStatement(tenant_id, findRunBefore, { tenant_id, run_id });
      const executionId = executionIdOf({ runId: run_id, onboardingId: rows[0]?.onboarding_id ?? null });
      const run = recordedOutcome(slot, outcome, { startedAt: at, endedAt: at, recordedAt: at });
      const { json } = ledgerRow(tenant_id, executionId, run);
      const insertId = isForgotten ? randomUUID() : executionId;
      await appendRows(tenant_id, 'pipeline_runs', [{ insertId, json }]);
    },

    async release(tenant_id, run_id) {
      const parameters = { tenant_id, run_ids: [run_id], now: new Date() };
      const { rows } = await runStatement(tenant_id, releaseRunsBefore, parameters);
      return rows.map((row) => row.run_id);
    },

    async withdraw(tenant_id, run_id) {
      const now = new Date();
      const valid_until = new Date(now.getTime() + 60_000);
      const parameters = { tenant_id, run_ids: [run_id], now, valid_until };
      return runStatement(tenant_id, withdrawRunsBefore, parameters);
    },
  };
}
