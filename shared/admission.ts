import { isNotFound, isRetryable } from './adapters/bigquery/failures';
import type { RunStatement } from './adapters/bigquery/run-statement';
import { type AdmissionState, type Candidate, type Verdict, verdictOf } from './domain/admission';
import { ServiceError } from './errors';
import { retrying } from './retry';
import { admitRuns } from './sql/admit-runs';

/** Resolves to when the run was admitted; throws the refusal, or `unavailable`: nothing is ever admitted unchecked. */
export type Admit = (tenantId: string, candidate: Candidate) => Promise<void>;

/** The statement can be repeated at will: a candidate that already holds a slot is not counted again. */
const retryPolicy = { budgetMs: 15_000, initialBackoffMs: 50, maximumBackoffMs: 2_000, isRetryable };
const unlimited = 1_000_000_000_000;

export function createAdmit(runStatement: RunStatement, now: () => Date): Admit {
  return async (tenantId, candidate) => {
    const decide = async (): Promise<Verdict> => {
      const at = now();
      const state = await admit(runStatement, tenantId, [candidate], at);
      const verdict = verdictOf(candidate.run_id, tenantId, state, at);
      if (verdict.kind === 'undecided') throw new Undecided();
      return verdict;
    };
    const verdict = await retrying(
      { ...retryPolicy, isRetryable: (error) => error instanceof Undecided || isRetryable(error) },
      decide,
    ).catch((error: unknown) => {
      throw error instanceof Undecided || isRetryable(error) ? admissionUnavailable(error) : error;
    });
    if (verdict.kind === 'refused') throw verdict.error;
  };
}

async function admit(
  runStatement: RunStatement,
  tenantId: string,
  candidates: readonly Candidate[],
  now: Date,
): Promise<AdmissionState | undefined> {
  try {
    const { rows } = await runStatement(tenantId, admitRuns, {
      tenant_id: tenantId,
      now,
      unlimited,
      candidates,
    });
    return rows[0];
  } catch (error) {
    // The tenant's dataset is gone, and with it the row.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

class Undecided extends Error {}

const admissionUnavailable = (cause: unknown) =>
  new ServiceError(
    'unavailable',
    'The run could not be checked against its quota in time. Nothing was started.',
    {
      headers: { 'Retry-After': '5' },
      cause,
    },
  );
