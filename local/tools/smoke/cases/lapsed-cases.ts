import { findLapsedRuns } from '../../../../shared/sql/runs/find-lapsed-runs';
import { putBackRuns } from '../../../../shared/sql/runs/put-back-runs';
import { type CaseValues, runId, statementCase } from './statement-case';

const life = ({ tenantId }: CaseValues) => ({ tenant_id: tenantId, onboarding_id: 'onboarding-1' });

/** What becomes of runs whose lease is over. */
export const lapsedCases = [
  statementCase(findLapsedRuns, 'An array of structs is joined to what a table has of it.', (values) => ({
    ...life(values),
    run_ids: [runId(4)],
    from: values.from,
    now: values.now,
  })),
  statementCase(
    putBackRuns,
    'An array of structs is rewritten in its order by a LEFT JOIN with a parameter.',
    (values) => ({
      ...life(values),
      now: values.now,
      confirmed_until: values.from,
      runs: [{ run_id: runId(4), queued_until: values.to, lease_seconds: 60 }],
    }),
  ),
];
