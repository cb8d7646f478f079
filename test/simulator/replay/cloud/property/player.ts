import { ledgerRow, type RecordedOutcome } from '../../../../../shared/runs/rules/ledger-row';
import { alertKey } from '../../../../../shared/runs/rules/quota-alerts';
import { allDays } from '../../../../../shared/runs/rules/run-identity';
import { noteExpiries } from '../../../../../shared/sql/keys/note-expiries';
import { blockApiKey, revokeApiKey } from '../../../../../shared/sql/keys/revoke-api-key';
import { admitKeyedRuns, admitRuns } from '../../../../../shared/sql/runs/admit-runs';
import { announceAlerts } from '../../../../../shared/sql/runs/announce-alerts';
import { checkCounters } from '../../../../../shared/sql/runs/check-counters';
import { confirmRuns } from '../../../../../shared/sql/runs/confirm-runs';
import { decideKeyedRuns, decideRuns } from '../../../../../shared/sql/runs/decide-runs';
import { denyRuns } from '../../../../../shared/sql/runs/deny-runs';
import { findRecordedRuns } from '../../../../../shared/sql/runs/find-recorded-runs';
import { findRuns } from '../../../../../shared/sql/runs/find-runs';
import { listRuns } from '../../../../../shared/sql/runs/list-runs';
import { readRun } from '../../../../../shared/sql/runs/read-run';
import { repairCounters } from '../../../../../shared/sql/runs/repair-counters';
import { settleHeldAndDropRuns, settleHeldRuns } from '../../../../../shared/sql/runs/settle-held-runs';
import { settleAndDropRuns, settleRuns } from '../../../../../shared/sql/runs/settle-runs';
import {
  withdrawAndHandOn,
  withdrawRuns,
  withdrawStatements,
} from '../../../../../shared/sql/runs/withdraw-runs';
import { activateTenant } from '../../../../../shared/sql/tenants/activate-tenant';
import { beginOffboarding } from '../../../../../shared/sql/tenants/begin-offboarding';
import { changeQuotas } from '../../../../../shared/sql/tenants/change-quotas';
import { readTenant } from '../../../../../shared/sql/tenants/read-tenant';
import { resetMonth } from '../../../../../shared/sql/tenants/reset-month';
import { restoreTenant } from '../../../../../shared/sql/tenants/restore-tenant';
import { suspendTenant } from '../../../../../shared/sql/tenants/suspend-tenant';
import { listBillableDays } from '../../../../../shared/sql/usage/list-billable-days';
import { listBillableRuns } from '../../../../../shared/sql/usage/list-billable-runs';
import { listPipelineStatistics } from '../../../../../shared/sql/usage/list-pipeline-statistics';
import { readActivity } from '../../../../../shared/sql/usage/read-activity';
import { readUsage } from '../../../../../shared/sql/usage/read-usage';
import { ledgerOutcomeOf } from '../statements/recorded';
import type { ModelledCall } from './calls';
import type { ComparedTables } from './compare';
import { putBack } from './put-back-call';
import { quotaChangeOf } from './quota-change';

export const tenantId = 'acme';
export const onboardingId = 'first-life';
export const keyIdOf = (key: number): string => `key-${key}`;
const runIdOf = (run: number): string => `run-${run}`;

const minuteMs = 60_000;
const dayMs = 86_400_000;
const tenant_id = tenantId;
const forEver = { from: new Date('2000-01-01T00:00:00Z'), to: new Date('2100-01-01T00:00:00Z') };

/** Makes one call after the other on both, at a time that the calls themselves move. */
export function createPlayer(
  { run, append, tables }: ComparedTables,
  start: number,
): (call: ModelledCall) => Promise<void> {
  let at = start;

  const outcomesOf = (runs: readonly number[], status: string) =>
    runs.map((number) => ({
      run_id: runIdOf(number),
      status,
      error_code: status === 'FAILED' ? 'invalid_query' : null,
      error_message: status === 'FAILED' ? 'division by zero' : null,
      failed_step: null,
      handed_on_at:
        tables.tenant?.active_runs.find(({ run_id }) => run_id === runIdOf(number))?.handed_on_at ?? null,
      only_if_queued: number % 3 === 0,
      started_at: number % 2 === 0 ? new Date(at - 1_000) : null,
      ended_at: new Date(at),
      duration_ms: number % 2 === 0 ? 1_000 : null,
      rows_written: number,
      bytes_processed: 10 * number,
      bytes_billed: 7,
      watermark: null,
      recorded_at: new Date(at + 1),
    }));

  const withdrawal = (runs: readonly number[]) => ({
    tenant_id,
    run_ids: runs.map(runIdOf),
    now: new Date(at),
  });

  let changes = 0;
  /** Every fourth is a repeat. */
  const change = () => ({
    tenant_id,
    now: new Date(at),
    change_id: `change-${changes++ % 4 === 3 ? 0 : changes}`,
  });

  async function admit(call: ModelledCall & { kind: 'admit' | 'decide' }): Promise<void> {
    const { kind, runs, key, isKeyed, leaseMinutes, mostWaiting } = call;
    const parameters = {
      tenant_id,
      now: new Date(at),
      unlimited: 1_000_000,
      statement_id: 'statement-of-the-test',
      most_waiting: mostWaiting,
      candidates: runs.map((number) => ({
        run_id: runIdOf(number),
        pipeline: `gcp/example/${number % 2 === 0 ? 'dryrun' : 'other'}`,
        parameters: '{}',
        trigger: 'api',
        request_hash: isKeyed ? `request-${number}` : null,
        actor_kind: number % 2 === 0 ? 'key' : 'token',
        actor: keyIdOf(key),
        address: '192.0.2.1',
        request_id: number % 3 === 0 ? null : `request-${number}`,
        rerun_of: number % 5 === 0 ? `run-before-${number}` : null,
        instructions: number % 4 === 0 ? `{"number":${number}}` : null,
        key_id: keyIdOf(key),
        lease_seconds: leaseMinutes * 60,
        at_limit: number % 4 === 3 ? 'refuse' : number % 4 === 2 ? 'cancel_oldest' : 'queue',
        queue_seconds: 120 * leaseMinutes,
        priority: number % 3 === 1 ? 1_200 : null,
        slots: number === 5 ? 2 : null,
        concurrency_key: number % 3 === 2 ? `key-${number % 2}` : null,
        concurrency_limit: number % 3 === 2 ? 1 : null,
      })),
      most_bytes: mostWaiting === 1 ? 4 : 1_000,
      handed_since: new Date(at),
    };
    const keyed = { ...parameters, keyed_run_ids: runs.map(runIdOf) };
    if (kind === 'admit') return isKeyed ? run(admitKeyedRuns, keyed) : run(admitRuns, parameters);
    return isKeyed ? run(decideKeyedRuns, keyed) : run(decideRuns, parameters);
  }

  async function settle(
    call: ModelledCall & {
      kind: 'settle' | 'settle and drop' | 'settle held' | 'settle held and drop' | 'hand on';
    },
  ) {
    const { kind, runs, dropped, status, isOtherLife } = call;
    const parameters = {
      tenant_id,
      onboarding_id: isOtherLife ? 'another-life' : onboardingId,
      now: new Date(at),
      outcomes: outcomesOf(runs, status),
    };
    if (kind === 'settle') return run(settleRuns, parameters);
    // Of every fourth the ledger has another row at most.
    const rowOf = (number: number) =>
      number % 4 === 3 ? undefined : ledgerOutcomeOf(tables, runIdOf(number));
    const appended = {
      appended: dropped.map((number) => ({
        run_id: runIdOf(number),
        recorded_at: rowOf(number)?.recorded_at ?? new Date(at),
      })),
      appended_run_ids: dropped.map(runIdOf),
      appended_from: forEver.from,
      appended_to: forEver.to,
    };
    if (kind === 'settle and drop') return run(settleAndDropRuns, { ...parameters, ...appended });
    const held = { ...parameters, ...forEver, unlimited: 1_000_000, handed_since: new Date(at) };
    if (kind === 'settle held') return run(settleHeldRuns, held);
    if (kind === 'hand on') return run(settleHeldRuns, { ...held, outcomes: [] });
    return run(settleHeldAndDropRuns, { ...held, ...appended });
  }

  async function appendSettled(which: number): Promise<void> {
    const settled: readonly RecordedOutcome[] = tables.tenant?.settled_runs ?? [];
    const outcome = settled[which % Math.max(1, settled.length)];
    if (outcome === undefined || ledgerOutcomeOf(tables, outcome.run_id) !== undefined) return;
    await append('pipeline_runs', ledgerRow(tenantId, outcome.run_id, outcome));
  }

  return async (call) => {
    const now = new Date(at);
    switch (call.kind) {
      case 'admit':
      case 'decide':
        return admit(call);
      case 'settle':
      case 'settle and drop':
      case 'settle held':
      case 'settle held and drop':
      case 'hand on':
        return settle(call);
      case 'append':
        return appendSettled(call.which);
      case 'withdraw':
        return run(withdrawRuns, withdrawal(call.runs));
      case 'withdraw statements':
        return run(withdrawStatements, { tenant_id, statement_ids: call.runs.map(runIdOf), now });
      case 'deny':
        return run(denyRuns, { ...withdrawal(call.runs), from: new Date(at - 60 * minuteMs) });
      case 'withdraw each':
        return run(withdrawAndHandOn, { ...withdrawal(call.runs), unlimited: 1_000_000, handed_since: now });
      case 'put back':
        return putBack(run, call.runs.map(runIdOf), {
          tenant_id,
          onboarding_id: onboardingId,
          minutes: call.minutes,
          now,
        });
      case 'confirm':
        return run(confirmRuns, { tenant_id, until: new Date(at + call.minutes * minuteMs) });
      case 'read':
        await run(findRuns, { tenant_id, run_ids: [runIdOf(call.run), runIdOf(call.run + 1)], ...allDays });
        await run(readRun, { tenant_id, run_id: runIdOf(call.run), ...allDays });
        return run(findRecordedRuns, { run_ids: [runIdOf(call.run)], ...forEver });
      case 'list': {
        const from = new Date(at + call.fromMinutes * minuteMs);
        const to = new Date(at + 1);
        const all = { tenant_id, from, to, status: null, pipeline: null, before_at: null, before_id: null };
        await run(listRuns, { ...all, limit: 3 });
        await run(listRuns, { ...all, ...forEver, status: call.status, limit: 100 });
        await run(listRuns, {
          ...all,
          ...forEver,
          pipeline: 'gcp/example/other',
          before_at: now,
          before_id: runIdOf(5),
          limit: 100,
        });
        await run(readActivity, { tenant_id, ...forEver, to, seen_from: from });
        await run(readUsage, { tenant_id, ...forEver, by_day: false, by_status: false });
        await run(readUsage, { tenant_id, ...forEver, by_day: true, by_status: true });
        await run(listPipelineStatistics, { tenant_id, ...forEver });
        const billable = { tenant_id, ...forEver, after_at: null, after_id: null, limit: 2 };
        await run(listBillableRuns, billable);
        await run(listBillableRuns, { ...billable, after_at: from, after_id: '' });
        const days = { tenant_id, ...forEver, after_day: null, after_pipeline: null, limit: 2 };
        await run(listBillableDays, days);
        return run(listBillableDays, {
          ...days,
          after_day: '2026-01-01',
          after_pipeline: 'gcp/example/other',
        });
      }
      case 'announce': {
        const alerts = (tables.tenant?.quota_alerts ?? []).slice(call.which).map(alertKey);
        const life = call.which === 3 ? 'another-life' : onboardingId;
        return run(announceAlerts, { tenant_id, onboarding_id: life, now, alerts });
      }
      case 'count':
        return run(checkCounters, { tenant_id });
      case 'repair':
        return run(repairCounters, { tenant_id, now });
      case 'revoke':
        if (call.isBlocked) await run(blockApiKey, { tenant_id, key_id: keyIdOf(call.key), now });
        await run(noteExpiries, { key_ids: [keyIdOf(call.key), 'another'], days: call.isBlocked ? 1 : 7 });
        return run(revokeApiKey, { key_id: keyIdOf(call.key), now });
      case 'step':
        return appendStep(call.run, call.attempt);
      case 'quotas':
        return run(changeQuotas, quotaChangeOf(call, { tenant_id, now, onboardingId }));
      case 'suspend':
        return run(suspendTenant, { ...change(), reason: 'test', public_reason: 'told' });
      case 'offboard':
        return run(beginOffboarding, { tenant_id, now, is_forced: call.isForced });
      case 'restore':
        return run(restoreTenant, {
          tenant_id,
          now,
          onboarding_id: call.isForced ? onboardingId : 'another-life',
        });
      case 'activate':
        return run(activateTenant, change());
      case 'reset':
        return run(resetMonth, { period: now.toISOString().slice(0, 10), now });
      case 'tenant':
        return run(readTenant, { tenant_id, now });
      case 'wait':
        at += call.minutes * minuteMs;
        return;
      case 'month':
        at += call.days * dayMs;
    }
  };

  async function appendStep(number: number, attempt: number): Promise<void> {
    const time = new Date(at).toISOString();
    await append('step_logs', {
      insertId: `${number}-${attempt}-${at}`,
      json: {
        run_id: runIdOf(number),
        tenant_id,
        pipeline: 'gcp/example/dryrun',
        step_id: 'look',
        step_type: 'query',
        attempt,
        status: 'COMPLETED',
        job_id: null,
        started_at: time,
        ended_at: time,
        duration_ms: 0,
        rows_written: 1,
        bytes_processed: null,
        bytes_billed: null,
        error_code: null,
        error_message: null,
        recorded_at: time,
      },
    });
  }
}
