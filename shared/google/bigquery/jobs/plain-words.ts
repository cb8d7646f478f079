import type { BigQuery } from '@google-cloud/bigquery';
import type { JobOutcome } from './job-outcome';

/**
 * Tenants read a failure's message, and the deployment's project and service accounts do not concern them: so
 * it does not name them. BigQuery's own words are kept in `said`, for the log.
 * @param whose who wrote the message: our own is not kept in `said`
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
 * `project:dataset.table` and `project.dataset.table` become `dataset.table`. The project alone, or a
 * project's number, becomes a hyphen. Other projects stay: they are the definition's own words.
 */
export function withoutInternals(text: string, projectId: string | undefined): string {
  const withoutAccounts = text.replace(account, 'the service account').replace(projectNumber, '$1-');
  if (projectId === undefined || projectId === '') return withoutAccounts;
  const id = projectId.replace(/[.:]/g, '\\$&');
  return withoutAccounts
    .replace(new RegExp(`(?<![\\w.:-])(?:\`${id}\`|${id})[:.](?=[\\w\`])`, 'g'), '')
    .replace(new RegExp(`(?<![\\w.:-])${id}(?![\\w-])`, 'g'), '-');
}
