import { findOperationRuns } from '../../../../../shared/sql/runs/find-operation-runs';
import { cellOf, modelOf } from '../statement-model';
import { outcomeOf } from './recorded';

export const operationModels = [
  modelOf(findOperationRuns, {
    read(tables, { tenant_id, run_ids, from, key_id, now }) {
      const { tenant, keys } = tables;
      if (tenant?.tenant_id !== tenant_id || from === null || now === null) return [];
      const isValid = keys.some(
        (key) =>
          key.key_id === key_id &&
          key.revoked_at === null &&
          (key.expires_at === null || key.expires_at > now),
      );
      return [
        {
          created_at: cellOf(tenant.created_at),
          is_key_valid: key_id === '' || isValid,
          ended: run_ids
            .flatMap((runId) => outcomeOf(tables, runId ?? '') ?? [])
            .filter(({ admitted_at }) => admitted_at >= from)
            .map(({ run_id, status, error_message }) => ({ run_id, status, error_message })),
          in_flight: tenant.active_runs
            .map(({ run_id }) => run_id)
            .filter((runId) => run_ids.includes(runId)),
        },
      ];
    },
  }),
];
