import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';

/** Where files of load and export steps are. */
export interface SmokeFiles {
  readonly put: (name: string, text: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** A bucket of the cloud in a box: a folder. */
export const filesInFolder = (folder: string): SmokeFiles => ({
  async put(name, text) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  },
  remove: async (name) => rmSync(join(folder, name), { force: true }),
});

/** A bucket of Cloud Storage, by its JSON interface. */
export function filesInBucket(bucket: string): SmokeFiles {
  const scopes = ['https://www.googleapis.com/auth/devstorage.read_write'];
  const { authClient } = new BigQuery({ scopes });
  const call = async (method: string, path: string, body?: string): Promise<void> => {
    const token = await authClient.getAccessToken();
    const response = await fetch(`https://storage.googleapis.com/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' },
      ...(body !== undefined && { body }),
    });
    if (!response.ok && !(method === 'DELETE' && response.status === 404)) {
      throw new Error(`Cloud Storage: ${method} ${path}: ${response.status} ${await response.text()}`);
    }
  };
  const object = encodeURIComponent;
  return {
    put: (name, text) =>
      call('POST', `upload/storage/v1/b/${bucket}/o?uploadType=media&name=${object(name)}`, text),
    remove: (name) => call('DELETE', `storage/v1/b/${bucket}/o/${object(name)}`),
  };
}

export interface StepTrial {
  /** Of the folder below which files are: gs://bucket/prefix/. Undefined: no load and no export. */
  readonly folder: string | undefined;
  readonly httpUrl: string | undefined;
  readonly notifyTopic: string;
}

export const inputFile = 'numbers.csv';
export const outputFile = (tenantId: string): string => `${tenantId}/numbers-out.csv`;
export const stepsPipeline = 'smoke/steps/all';

/** A copy of the definitions with a pipeline that has a step of each type that can be tried. */
export function writeSmokeSchemas(from: string, to: string, trial: StepTrial): void {
  cpSync(from, to, { recursive: true });
  const file = join(to, 'pipelines', `${stepsPipeline}.yaml`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stepsYaml(trial));
}

const stepsYaml = ({ folder, httpUrl, notifyTopic }: StepTrial): string =>
  [
    'description: A step of each type.',
    'timeout_seconds: 300',
    ...(folder === undefined ? [] : [`sources: ["${folder}"]`]),
    'steps:',
    ...(folder === undefined
      ? [
          '  - { id: load, type: query, sql: SELECT 1 AS n, destination: { table: smoke_numbers, write_disposition: WRITE_TRUNCATE } }',
        ]
      : [
          '  - id: load',
          '    type: load',
          `    source_uris: ["${folder}${inputFile}"]`,
          '    format: CSV',
          '    csv: { skip_leading_rows: 1 }',
          '    schema: [{ name: n, type: INT64 }]',
          '    destination: { table: smoke_numbers, write_disposition: WRITE_TRUNCATE }',
        ]),
    '  - id: query',
    '    type: query',
    '    needs: [load]',
    '    sql: SELECT SUM(n) AS total FROM smoke_numbers',
    '    destination: { table: smoke_total, write_disposition: WRITE_TRUNCATE }',
    '  - id: quality',
    '    type: quality',
    '    needs: [query]',
    '    table: smoke_total',
    '    checks: [{ name: one_row, type: row_count, min: 1, max: 1 }]',
    ...(folder === undefined
      ? []
      : [
          '  - id: export',
          '    type: export',
          '    needs: [query]',
          '    sql: SELECT total FROM smoke_total',
          `    destination_uri: "${folder}{tenant_id}/numbers-out.csv"`,
          '    format: CSV',
        ]),
    ...(httpUrl === undefined
      ? []
      : [
          '  - id: http',
          '    type: http',
          `    url: "${httpUrl}"`,
          '    format: JSON',
          '    schema: [{ name: id, type: STRING }]',
          '    destination: { table: smoke_http, write_disposition: WRITE_TRUNCATE }',
        ]),
    '  - id: notify',
    '    type: notify',
    '    needs: [quality]',
    `    topic: ${notifyTopic}`,
    '    message: The smoke test has come to its end',
    '',
  ].join('\n');
