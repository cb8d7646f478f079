import type { Admission } from '../../../shared/runs/admit';
import type { Candidate } from '../../../shared/runs/rules/admission-rules';
import { dryrun } from '../../functions/support/backends';
import { refusedAtLimit, startedByKey } from '../../support/started-by';

export const candidate = (run_id: string, change: Partial<Candidate> = {}): Candidate => ({
  run_id,
  pipeline: dryrun,
  parameters: '{}',
  trigger: 'api',
  request_hash: null,
  ...startedByKey,
  key_id: 'key-1',
  lease_seconds: 3_600,
  ...refusedAtLimit,
  ...change,
});
export const runIds = (count: number) => Array.from({ length: count }, (_, index) => `run-${index + 1}`);
export const outcome = ({ verdict }: Admission) =>
  verdict.kind === 'refused' ? verdict.error.code : verdict.kind;
export const untouched = { ever: 0, month: 0, running: 0, slots: [] };
