import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { ExecutionTools, RunToExecute } from '../../../../../shared/pipelines/execution';
import { type Answer, type HttpsApi, startHttpsApi } from '../../../../support/https-api';
import { runOfYaml } from '../../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

/** The value of PIPELINE_SECRET_RATES. */
export const secret = 'Bearer top-secret-token';

export const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });

export interface HttpStepWorld {
  readonly tenant: TenantDataset;
  readonly api: HttpsApi;
  /** The pauses between tries, in milliseconds. */
  readonly sleeps: readonly number[];
  /** What was logged, as text. */
  readonly lines: readonly string[];
  readonly toolsWith: (more?: Partial<ExecutionTools>) => ExecutionTools;
  /** A run of one http step into the table rates; the given fields are added to the usual ones. */
  readonly runOf: (
    fields: string,
    parameters?: Record<string, unknown>,
    destination?: string,
  ) => RunToExecute;
  /** The rows of the table rates. */
  readonly rates: () => Promise<readonly unknown[]>;
  /** The URLs that the API was asked for. */
  readonly asked: () => readonly string[];
  /** Forgets pauses and log lines. */
  readonly clear: () => void;
  /** Expects that no page is left behind, whatever happened. */
  readonly close: () => Promise<void>;
}

/** A tenant's dataset, an https API, and what an http step between them needs. */
export async function startHttpStepWorld(): Promise<HttpStepWorld> {
  const [tenant, api] = await Promise.all([startTenantDataset(), startHttpsApi()]);
  const sleeps: number[] = [];
  const lines: string[] = [];
  let runs = 0;
  return {
    tenant,
    api,
    sleeps,
    lines,
    toolsWith: (more = {}) => ({
      ...tenant.tools,
      http: {
        hosts: [api.host],
        get: api.get,
        secretOf: (name) => (name === 'PIPELINE_SECRET_RATES' ? secret : undefined),
      },
      sleep: async (milliseconds) => void sleeps.push(milliseconds),
      log: (severity, message, fields) => void lines.push(JSON.stringify({ severity, message, fields })),
      ...more,
    }),
    runOf: (fields, parameters = {}, destination = '{ table: rates, write_disposition: WRITE_TRUNCATE }') => {
      runs += 1;
      return runOfYaml(
        `http${runs}`,
        `
parameters:
  day: { type: DATE, description: A day, default: "2026-01-31" }
  text: { type: STRING, description: Any text }
steps:
  - id: rates
    type: http
    url: https://${api.host}/v1/rates
    schema: [{ name: id, type: INT64 }, { name: rate, type: NUMERIC }, { name: note, type: STRING }]
    destination: ${destination}
${fields.trim().replace(/^/gm, '    ')}
`,
        parameters,
      );
    },
    rates: () =>
      tenant.query(
        'SELECT CAST(id AS STRING) AS id, CAST(rate AS STRING) AS rate, note FROM rates ORDER BY rates.id',
      ),
    asked: () => api.asked.map(({ url }) => url),
    clear: () => {
      sleeps.length = 0;
      lines.length = 0;
    },
    close: async () => {
      await api.close();
      await tenant.close();
      expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`pages-${process.pid}-`))).toEqual([]);
    },
  };
}
