import { allDays } from '../../../../shared/runs/rules/run-identity';
import { admitKeyedRuns, admitRuns } from '../../../../shared/sql/runs/admit-runs';
import { announceAlerts } from '../../../../shared/sql/runs/announce-alerts';
import { checkCounters } from '../../../../shared/sql/runs/check-counters';
import { confirmRuns } from '../../../../shared/sql/runs/confirm-runs';
import { decideKeyedRuns, decideRuns } from '../../../../shared/sql/runs/decide-runs';
import { findOperationRuns } from '../../../../shared/sql/runs/find-operation-runs';
import { findRecordedRuns } from '../../../../shared/sql/runs/find-recorded-runs';
import { findRuns } from '../../../../shared/sql/runs/find-runs';
import { findStepRecord } from '../../../../shared/sql/runs/find-step-record';
import { listRunStarts } from '../../../../shared/sql/runs/list-run-starts';
import { listRuns } from '../../../../shared/sql/runs/list-runs';
import { listRunsToRerun } from '../../../../shared/sql/runs/list-runs-to-rerun';
import { readRun } from '../../../../shared/sql/runs/read-run';
import { readWatermark } from '../../../../shared/sql/runs/read-watermark';
import { repairCounters } from '../../../../shared/sql/runs/repair-counters';
import { settleHeldAndDropRuns, settleHeldRuns } from '../../../../shared/sql/runs/settle-held-runs';
import { settleAndDropRuns, settleRuns } from '../../../../shared/sql/runs/settle-runs';
import {
  withdrawAndHandOn,
  withdrawRuns,
  withdrawStatements,
} from '../../../../shared/sql/runs/withdraw-runs';
import { listBillableDays } from '../../../../shared/sql/usage/list-billable-days';
import { listBillableRuns } from '../../../../shared/sql/usage/list-billable-runs';
import { listPipelineStatistics } from '../../../../shared/sql/usage/list-pipeline-statistics';
import { readActivity } from '../../../../shared/sql/usage/read-activity';
import { readUsage } from '../../../../shared/sql/usage/read-usage';
import { type CaseValues, runId, statementCase } from './statement-case';

const pipeline = 'gcp/example/dryrun';

/** What admits runs with these numbers. */
export const admissionBy = (keyId: string, { tenantId, now }: CaseValues, ...numbers: number[]) => ({
  tenant_id: tenantId,
  statement_id: `statement-${numbers.join('-')}`,
  now,
  unlimited: 1_000_000_000,
  most_waiting: 5_000,
  candidates: numbers.map((number) => ({
    run_id: runId(number),
    pipeline,
    parameters: '{}',
    trigger: 'api',
    request_hash: `request-${number}`,
    actor_kind: 'key',
    actor: keyId,
    address: '192.0.2.1',
    request_id: `request-${number}`,
    rerun_of: null,
    instructions: null,
    key_id: keyId,
    lease_seconds: 3_600,
    at_limit: 'queue',
    queue_seconds: 3_600,
    priority: 60,
    slots: null,
    concurrency_key: null,
    concurrency_limit: null,
  })),
  most_bytes: 32_000_000,
  handed_since: now,
});

const admission = (values: CaseValues, ...numbers: number[]) => admissionBy('key-1', values, ...numbers);

export const settling = ({ tenantId, now }: CaseValues, ...numbers: number[]) => ({
  tenant_id: tenantId,
  onboarding_id: 'onboarding-1',
  now,
  outcomes: numbers.map((number) => ({
    run_id: runId(number),
    status: 'COMPLETED',
    error_code: null,
    error_message: null,
    failed_step: null,
    handed_on_at: null,
    only_if_queued: null,
    started_at: now,
    ended_at: now,
    duration_ms: 0,
    rows_written: 1,
    bytes_processed: 2,
    bytes_billed: 10_485_760,
    watermark: null,
    recorded_at: now,
  })),
});

/** A run's life: admitted, looked for, settled, read. */
export const runCases = [
  statementCase(
    admitRuns,
    'A guarded UPDATE over an array of structs as parameter gives all candidates their slots, or changes nothing.',
    (values) => admission(values, 1, 2),
  ),
  statementCase(
    admitKeyedRuns,
    'It may look into the ledger as well, by ids that follow from idempotency keys.',
    (values) => ({ ...admission(values, 3), keyed_run_ids: [runId(3)] }),
  ),
  statementCase(
    decideRuns,
    "A script's answer is its last statement's, and its UPDATE is seen by the SELECT behind it.",
    (values) => admission(values, 4),
  ),
  statementCase(decideKeyedRuns, 'As decide-runs.', (values) => ({
    ...admission(values, 5),
    keyed_run_ids: [runId(5)],
  })),
  statementCase(
    findRuns,
    'Entries of an array of structs can be selected as an array of them.',
    ({ tenantId }) => ({
      tenant_id: tenantId,
      run_ids: [runId(1), runId(2)],
      admitted_from: allDays.admitted_from,
      admitted_to: allDays.admitted_to,
    }),
  ),
  statementCase(
    findOperationRuns,
    'A subquery that stands in an array may itself be one over the ledger and an array of the row.',
    ({ tenantId, from, now }) => ({
      tenant_id: tenantId,
      run_ids: [runId(1), runId(2)],
      from,
      key_id: 'key-1',
      now,
    }),
  ),
  statementCase(
    listRunsToRerun,
    'NOT IN takes a UNION of the ledger and of an array of the row; a parameter that is an empty array has its length.',
    ({ tenantId, from, to }) => ({
      tenant_id: tenantId,
      from,
      to,
      status: 'FAILED',
      pipeline: null,
      pipelines: [],
      limit: 10,
    }),
  ),
  statementCase(
    announceAlerts,
    'AS STRUCT … REPLACE keeps an array of structs in its order; an array literal of a struct is joined to each.',
    ({ tenantId, now }) => ({
      tenant_id: tenantId,
      onboarding_id: 'onboarding-1',
      now,
      alerts: ['monthly 2026-11-01 80 100'],
    }),
  ),
  statementCase(confirmRuns, 'A lone UPDATE reports how many rows it changed.', ({ tenantId, now }) => ({
    tenant_id: tenantId,
    until: new Date(now.getTime() - 3_600_000),
  })),
  statementCase(checkCounters, 'Ledger and tenant row are read in one snapshot.', ({ tenantId }) => ({
    tenant_id: tenantId,
  })),
  statementCase(
    settleRuns,
    'The settled run goes from one array of structs to another in one UPDATE.',
    (values) => settling(values, 1),
  ),
  statementCase(
    settleAndDropRuns,
    'An UPDATE may look into another table for what it drops; empty arrays are taken as parameters.',
    (values) => ({
      ...settling(values, 2),
      appended: [{ run_id: runId(1), recorded_at: values.now }],
      appended_run_ids: [runId(1)],
      appended_from: values.from,
      appended_to: values.to,
    }),
  ),
  statementCase(
    settleHeldRuns,
    'An UPDATE may rank the entries of its own array, read in its FROM clause.',
    (values) => ({
      ...settling(values, 3),
      from: values.from,
      to: values.to,
      unlimited: 1_000_000,
      handed_since: values.now,
    }),
  ),
  statementCase(
    settleHeldAndDropRuns,
    'As settle-held-runs, beside a look into another table.',
    (values) => ({
      ...settling(values, 3),
      from: values.from,
      to: values.to,
      unlimited: 1_000_000,
      handed_since: values.now,
      appended: [{ run_id: runId(1), recorded_at: values.now }],
      appended_run_ids: [runId(1)],
      appended_from: values.from,
      appended_to: values.to,
    }),
  ),
  statementCase(withdrawRuns, 'Arrays of structs are filtered in place.', ({ tenantId, now }) => ({
    tenant_id: tenantId,
    run_ids: [runId(4)],
    now,
  })),
  statementCase(
    withdrawStatements,
    'An array of structs is made of another and of a parameter.',
    ({ tenantId, now }) => ({ tenant_id: tenantId, statement_ids: ['smoke-statement'], now }),
  ),
  statementCase(withdrawAndHandOn, 'As settle-held-runs.', ({ tenantId, now }) => ({
    tenant_id: tenantId,
    run_ids: [runId(5)],
    now,
    unlimited: 1_000_000,
    handed_since: now,
  })),
  statementCase(findRecordedRuns, 'A table without rows can be joined.', ({ from, to }) => ({
    run_ids: [runId(1)],
    from,
    to,
  })),
  statementCase(listRuns, 'UNION ALL of a table and of arrays, in one order.', ({ tenantId, from, to }) => ({
    tenant_id: tenantId,
    from,
    to,
    status: null,
    pipeline: null,
    before_at: null,
    before_id: null,
    limit: 10,
  })),
  statementCase(
    listRunStarts,
    'A CTE is read twice, and its columns meet those of an array in one order.',
    ({ tenantId, from, to }) => ({
      tenant_id: tenantId,
      from,
      to,
      actor: null,
      until_at: null,
      until_id: null,
      most: 10,
    }),
  ),
  statementCase(readRun, 'Arrays of structs are built by subqueries over other tables.', ({ tenantId }) => ({
    tenant_id: tenantId,
    run_id: runId(1),
    ...allDays,
  })),
  statementCase(findStepRecord, 'No row where there is none.', () => ({ run_id: runId(1), step_id: 'one' })),
  statementCase(readWatermark, 'No row, or NULL, where there is none.', ({ tenantId }) => ({
    tenant_id: tenantId,
    pipeline,
  })),
  statementCase(repairCounters, 'Counters that are right are left alone.', ({ tenantId, now }) => ({
    tenant_id: tenantId,
    now,
  })),
  statementCase(readUsage, 'Grouping sets give the row of all first.', ({ tenantId, from, to }) => ({
    tenant_id: tenantId,
    from,
    to,
    by_day: false,
    by_status: false,
  })),
  statementCase(
    readActivity,
    'Sums OVER the order of time run over what was grouped by it, and ARRAY_AGG takes the last of them.',
    ({ tenantId, from, to }) => ({ tenant_id: tenantId, from, to, seen_from: from }),
  ),
  statementCase(
    listPipelineStatistics,
    'Quantiles leave NULLs out, and are NULL over no rows.',
    ({ tenantId, from, to }) => ({ tenant_id: tenantId, from, to }),
  ),
  statementCase(listBillableRuns, 'Pages in the order of two columns.', ({ tenantId, from, to }) => ({
    tenant_id: tenantId,
    from,
    to,
    after_at: null,
    after_id: null,
    limit: 10,
  })),
  statementCase(listBillableDays, 'Days are texts, and sums over no rows 0.', ({ tenantId, from, to }) => ({
    tenant_id: tenantId,
    from,
    to,
    after_day: null,
    after_pipeline: null,
    limit: 10,
  })),
];
