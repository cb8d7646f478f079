import type { OperationText } from '../operation';
import { cursor, limit, tenantOfAdmins } from './parameters';

const results = '/api/v1/pipelines/runs/{run_id}/results';

export const resultOperations: readonly OperationText[] = [
  {
    id: 'listResults',
    method: 'GET',
    path: results,
    tag: 'Results',
    summary: 'The tables and files that a run has made',
    description:
      'By the pipeline’s definition as it is now, of the steps that have completed so far. It needs the scope `results`, which keys from before there was one have only if they had all. A key for some pipelines sees results of those, with all rows that other pipelines have written to the same tables.',
    query: { tenant: tenantOfAdmins },
    answers: [{ status: 200, description: 'All of them', body: { name: 'ResultList' } }],
    problems: ['pipeline_not_allowed', 'run_not_found'],
  },
  {
    id: 'showResult',
    method: 'GET',
    path: `${results}/{n}`,
    tag: 'Results',
    summary: 'Rows of a table that a run has made, or URLs of its files, page by page',
    description:
      'INT64, NUMERIC and BIGNUMERIC are texts, FLOAT64 is a number (NaN and the infinities are texts), BOOL is true or false, TIMESTAMP is RFC 3339 with microseconds; all else are the texts that BigQuery’s REST interface has. A page ends before 8 MB. URLs are signed and hold for 15 minutes.',
    query: { tenant: tenantOfAdmins, limit: limit(100, 1_000), cursor },
    answers: [
      {
        status: 200,
        description: 'A page',
        body: { name: 'ResultPage' },
        alsoAs: 'text/csv',
        headers: ['Link'],
      },
    ],
    problems: ['pipeline_not_allowed', 'run_not_found', 'result_not_found', 'result_changed'],
  },
];
