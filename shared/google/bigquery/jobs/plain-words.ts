import type { BigQuery } from '@google-cloud/bigquery';
import type { JobOutcome } from './job-outcome';

/**
 * What is said of a failure is read by tenants, whom the deployment's project and service accounts do not concern: the
 * failure's message does not name them. What BigQuery said stays beside it, for the log.
 */
export async function inPlainWords(
  outcome: JobOutcome,
  bigquery: BigQuery,
  whose: 'BigQuery' | 'ours',
): Promise<JobOutcome> {
  if (outcome.status === 'completed') return outcome;
  const { failure } = outcome;
  const projectId = await bigquery.getProjectId().catch(() => undefined);
  return {
    ...outcome,
    failure: { ...failure, message: withoutInternals(failure.message, projectId) },
    ...(whose === 'BigQuery' && { said: failure.message }),
  };
}

const projectNumber = /\b(project(?:s|_number)?[ /=:]['"`]?)\d{6,}/gi;
const account = /(?:serviceAccount:)?[\w.+-]+@[\w.-]+\.gserviceaccount\.com/g;

/**
 * `project:dataset.table` and `project.dataset.table` become `dataset.table`, and where the project, or a project's number,
 * stands alone there is a hyphen. Other projects are the definition's own words.
 */
export function withoutInternals(text: string, projectId: string | undefined): string {
  const withoutAccounts = text.replace(account, 'the service account').replace(projectNumber, '$1-');
  if (projectId === undefined || projectId === '') return withoutAccounts;
  const id = projectId.replace(/[.:]/g, '\\$&');
  return withoutAccounts
    .replace(new RegExp(`(?<![\\w.:-])(?:\`${id}\`|${id})[:.](?=[\\w\`])`, 'g'), '')
    .replace(new RegExp(`(?<![\\w.:-])${id}(?![\\w-])`, 'g'), '-');
}
