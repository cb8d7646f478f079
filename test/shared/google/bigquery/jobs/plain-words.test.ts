import type { Step } from '../../../../../shared/definitions/schemas/pipeline-schema';
import { withoutInternals } from '../../../../../shared/google/bigquery/jobs/plain-words';
import { describeDenial } from '../../../../../shared/pipelines/judge-attempt';
import { runOfYaml } from '../../../pipelines/support/run-of-yaml';

describe('what tenants see of BigQuery’s words', () => {
  it.each([
    ['Not found: Table acme-prod:t1.costs was not found', 'Not found: Table t1.costs was not found'],
    ['Not found: Dataset acme-prod:t1', 'Not found: Dataset t1'],
    ['It reads acme-prod.t1.costs; expected', 'It reads t1.costs; expected'],
    ['in `acme-prod.t1.costs` and `acme-prod`.t1', 'in `t1.costs` and t1'],
    ['in acme-prod:t1.a and acme-prod:t1.b', 'in t1.a and t1.b'],
    ['User of Project acme-prod: exceeded', 'User of Project -: exceeded'],
    ['projects/acme-prod/datasets/t1', 'projects/-/datasets/t1'],
    ['consumer project_number:123456789012, project 123456789012', 'consumer project_number:-, project -'],
    ['acme-prod has no billing account', '- has no billing account'],
    [
      'worker@acme-prod.iam.gserviceaccount.com and 12-compute@developer.gserviceaccount.com may not',
      'the service account and the service account may not',
    ],
  ])('names no project and no account: %s', (given, expected) => {
    expect(withoutInternals(given, 'acme-prod')).toBe(expected);
  });

  it.each([
    'Not found: Table other-acme-prod:t1.costs',
    'Not found: Table acme-prod-2:t1.costs',
    'Not found: Table bigquery-public-data:samples.x',
    'Unrecognized name: acme-production at [1:8]',
    'somebody@example.com',
    '',
  ])('otherwise stays as it was: %s', (text) => expect(withoutInternals(text, 'acme-prod')).toBe(text));

  it('names no account if the project is not known, and treats a project of a domain as a whole', () => {
    expect(withoutInternals('a@b.iam.gserviceaccount.com: b:t1.x', undefined)).toBe(
      'the service account: b:t1.x',
    );
    expect(withoutInternals('Table example.com:acme:t1.x', 'example.com:acme')).toBe('Table t1.x');
  });
});

describe('a denial', () => {
  const stepOf = (fields: string): Step => {
    const [step] = runOfYaml(
      'run1',
      `
sources: ["gs://billing/", rates]
parameters: { uri: { type: STRING, description: A file, default: gs://billing/x } }
steps:
  - id: one
    ${fields.trim().replace(/\n/g, '\n    ')}
`,
    ).definition.steps;
    if (step === undefined) throw new Error('There is no step');
    return step;
  };
  const load = (source: string) =>
    stepOf(`type: load
format: CSV
schema: [{ name: id, type: INT64 }]
destination: { table: costs, write_disposition: WRITE_APPEND }
${source}`);
  const byUris = load('source_uris: ["gs://billing/{tenant_id}/a.csv", gs://billing/b.csv]');
  const query = stepOf('type: query\nsql: SELECT * FROM rates.daily CROSS JOIN `bigquery-public-data.a.b`');
  const account = 'worker@acme.iam.gserviceaccount.com';
  const globbing = `Access Denied: BigQuery BigQuery: Permission denied while globbing file pattern. ${account} does not have storage.objects.list access to the Google Cloud Storage bucket. Permission 'storage.objects.list' denied on resource (or it may not exist).`;

  it.each<readonly [string, Step, string, string]>([
    [
      'files of a load',
      byUris,
      globbing,
      'access to gs://billing/{tenant_id}/a.csv, gs://billing/b.csv was denied; it takes storage.objects.list.',
    ],
    [
      'files of a parameter',
      load('source_uri_parameter: uri'),
      globbing,
      "access to the files of the parameter 'uri' was denied; it takes storage.objects.list.",
    ],
    [
      'a table that is written',
      byUris,
      'Access Denied: Table acme:tenant_1.costs: Permission bigquery.tables.updateData denied on table acme:tenant_1.costs (or it may not exist).',
      'access to costs was denied; it takes bigquery.tables.updateData.',
    ],
    [
      'the files of an export',
      stepOf(
        'type: export\ntable: costs\nformat: CSV\ndestination_uri: "gs://exports/{tenant_id}/{run_id}.csv"',
      ),
      `Access Denied: File gs://exports/tenant_1/x.csv: ${account} does not have storage.objects.create access`,
      'access to gs://exports/{tenant_id}/{run_id}.csv was denied; it takes storage.objects.create.',
    ],
    [
      'a table of another dataset',
      query,
      `Access Denied: Table acme:rates.daily: User does not have permission to query table acme:rates.daily, or perhaps it does not exist.`,
      'access to rates.daily was denied.',
    ],
    [
      'a table of another project',
      query,
      'Access Denied: Table bigquery-public-data:a.b: User does not have permission',
      'access to bigquery-public-data.a.b was denied.',
    ],
    [
      'a table that the definition does not name',
      query,
      'Access Denied: View acme:inner.secret: x',
      'access to what it reads or writes was denied.',
    ],
    [
      'jobs',
      query,
      'Access Denied: Project acme: User does not have bigquery.jobs.create permission in project acme.',
      'access to BigQuery was denied; it takes bigquery.jobs.create.',
    ],
    ['anything', query, 'Forbidden by acme', 'access to what it reads or writes was denied.'],
  ])('names %s as the definition does', (_, step, said, expected) => {
    expect(describeDenial(step, said)).toBe(expected);
  });
});
