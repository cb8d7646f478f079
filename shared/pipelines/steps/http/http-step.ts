import { open } from 'node:fs/promises';
import type { HttpStep } from '../../../definitions/schemas/pipeline-schema';
import type { UploadWork } from '../../../google/bigquery/jobs/job-request';
import type { HttpTools, PreparedStep, StepContext, StepError } from '../../execution';
import { headerOf } from '../../rules/csv-header';
import { matchHeader } from '../../rules/header-match';
import { hostNotAllowed } from '../../rules/outside';
import type { PipelineParameterValues } from '../../rules/pipeline-parameters';
import { toTable } from '../destination-table';
import { inTime, timedOut } from '../in-time';
import { noRoom, refuse } from './api-failures';
import { createDownload } from './download';
import { createSecretGuard } from './secret';

/**
 * GETs an API's records, page by page into a file, and loads that by one job. If the job exists already, the
 * API is not asked again.
 */
export function toHttpAction(context: StepContext, step: HttpStep): PreparedStep {
  const { tools, run } = context;
  const { http, runJob, now } = tools;
  const url = new URL(step.url);
  if (!http?.hosts.includes(url.host)) return { error: hostNotAllowed(step) };
  for (const [name, value] of queryOf(step, run.parameters)) url.searchParams.set(name, value);
  const secret = readSecret(step, http);
  if (secret === 'unusable') {
    return denied(
      step,
      `needs the secret ${step.secret_header?.environment}, which the deployment does not have`,
    );
  }
  const download = createDownload({
    step,
    url,
    headers: headersOf(step, secret),
    guard: createSecretGuard(secret),
    get: http.get,
    now,
    budget: http.budget,
    longestMs: http.longestDownloadMs,
  });
  const destination = toTable(run, step.destination);
  const { format, ...rest } = step;
  const load: UploadWork['step'] = {
    ...rest,
    format: format === 'JSON' ? 'NEWLINE_DELIMITED_JSON' : 'CSV',
    source_column_match: step.source_column_match ?? 'POSITION',
  };
  return {
    isJob: true,
    perform: (request, signal) => {
      const late = (timeoutMs: number) => (download.isWaiting() ? noRoom : timedOut(timeoutMs));
      const file = async () => {
        const path = await inTime(request, signal, download.finish, late);
        if (load.source_column_match === 'NAME') await checkHeader(path, step);
        return path;
      };
      return runJob({ ...request, work: { kind: 'upload', file, step: load, destination } }, signal);
    },
    close: download.close,
  };
}

/** More than a header takes. */
const headerBytes = 65_536;

/** Compares the header of a download with the schema. Throws a KnownFailure that names the first difference. */
async function checkHeader(path: string, step: HttpStep): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const start = { bytes: buffer.subarray(0, bytesRead), isWhole: bytesRead < headerBytes };
    const header = headerOf(start, step.csv);
    const problem = header && matchHeader({ uri: `GET ${step.url}`, header }, step).problem;
    if (problem !== undefined) throw refuse('invalid_data', problem);
  } finally {
    await file.close();
  }
}

function denied(step: HttpStep, why: string): { readonly error: StepError } {
  return { error: { code: 'access_denied', message: `Step '${step.id}' ${why}.` } };
}

function queryOf(
  { query }: HttpStep,
  parameters: PipelineParameterValues,
): readonly (readonly [string, string])[] {
  return Object.entries(query).flatMap(([name, given]) => {
    const value = typeof given === 'object' ? (parameters[given.parameter] ?? null) : given;
    return value === null ? [] : [[name, String(value)] as const];
  });
}

/** The value of the header must be plain ASCII and not empty. */
function readSecret({ secret_header }: HttpStep, { secretOf }: HttpTools): string | undefined | 'unusable' {
  if (secret_header === undefined) return undefined;
  const secret = secretOf(secret_header.environment)?.trim() ?? '';
  return /^[\x20-\x7e]+$/.test(secret) ? secret : 'unusable';
}

const headersOf = ({ format, secret_header }: HttpStep, secret: string | undefined) => ({
  Accept: format === 'JSON' ? 'application/json' : 'text/csv',
  'Accept-Encoding': 'identity',
  'User-Agent': 'tenant-pipelines',
  ...(secret_header && secret !== undefined && { [secret_header.name]: secret }),
});
