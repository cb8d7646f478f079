import { createHash } from 'node:crypto';
import { type CallFault, callFaults, throughFault } from '../../cloud/faults/border';
import type { Fault, Faults } from '../../cloud/faults/faults';
import { BigQueryError } from '../errors';
import { conflicting } from '../limits/messages';
import { type ErrorBody, errorBody } from './wire-errors';

/** A request as it came in. */
export interface RestCall {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly text: string;
}

export interface Reply {
  readonly status: number;
  /** Absent: 204. */
  readonly body?: object | undefined;
}

/** What a call passes through on its way in and out. Undefined: the connection is broken off without an answer. */
export type Border = (call: RestCall, work: () => Promise<Reply>) => Promise<Reply | undefined>;

const restFaults = [...callFaults, 'rate-limited', 'conflict'] as const;
type RestFault = (typeof restFaults)[number];

/**
 * Lets faults befall calls. Each call's identity, by which a run with the same seed meets the same faults:
 * - a job is named by its id, where the caller chose one;
 * - a query by its text and parameters, without its request id and without times of day;
 * - a streaming insert by its table and insert ids, where it has them;
 * - any other call by method, path and body.
 */
export function faultBorder(faults: Faults, projectId: string): Border {
  return (call, work) => {
    const dml = dmlTarget(call, projectId);
    const kinds = restFaults.filter((kind) => kind !== 'conflict' || dml !== undefined);
    const fault = faults.next({ kind: 'bigquery', identity: identityOf(call) }, kinds);
    if (fault !== undefined && !isCallFault(fault)) {
      return Promise.resolve(fault.kind === 'conflict' && dml !== undefined ? conflict(dml) : rateLimited());
    }
    return throughFault(fault, work, unavailable());
  };
}

function isCallFault(fault: Fault<RestFault>): fault is Fault<CallFault> {
  return fault.kind !== 'rate-limited' && fault.kind !== 'conflict';
}

/** BigQuery away: what is under way may still take effect, but nobody hears of it. */
export function unavailable(): Reply {
  const message = 'Error encountered during execution. Retrying may solve the problem.';
  return { status: 503, body: errorBody(new BigQueryError('backendError', message)) };
}

function rateLimited(): Reply {
  const message = 'Exceeded rate limits: too many api requests per user per method for this user_method.';
  const { error } = errorBody(new BigQueryError('rateLimitExceeded', message));
  const body: ErrorBody = { error: { ...error, code: 429, status: 'RESOURCE_EXHAUSTED' } };
  return { status: 429, body };
}

interface Target {
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
}

function conflict(table: Target): Reply {
  const error = conflicting(table);
  return { status: error.status, body: errorBody(error) };
}

/** The table that a jobs.query changes by UPDATE, DELETE or MERGE, as far as its text shows it at a glance. */
function dmlTarget({ method, url, text }: RestCall, projectId: string): Target | undefined {
  if (method !== 'POST' || !isQueries(pathOf(url))) return undefined;
  const statement = /\b(?:UPDATE|DELETE\s+FROM|DELETE|MERGE\s+INTO|MERGE)(?:\s|\\n)+`?([\w.-]+)/i.exec(text);
  const path = statement?.[1]?.split('.') ?? [];
  const tableId = path.at(-1);
  const datasetId = path.at(-2) ?? /"datasetId":"(\w+)"/.exec(text)?.[1];
  return tableId && datasetId ? { projectId, datasetId, tableId } : undefined;
}

function identityOf({ method, url, text }: RestCall): string {
  const path = pathOf(url);
  if (method === 'POST' && path.endsWith('/jobs')) {
    const jobId = /"jobId":"([^"]+)"/.exec(text)?.[1];
    if (jobId !== undefined) return `${method} ${path} ${jobId}`;
  }
  if (method === 'POST' && path.endsWith('/insertAll')) {
    const ids = [...text.matchAll(/"insertId":"([^"]+)"/g)].map((match) => match[1]);
    if (ids.length > 0) return `${method} ${path} ${digest(ids.join())}`;
  }
  const stable = isQueries(path) ? withoutPassingThings(text) : text;
  return `${method} ${path.replace(/\/job_[^/]+/, '/job_')} ${digest(stable)}`;
}

/** A query is the same query under another request id and at another time. */
function withoutPassingThings(text: string): string {
  return text
    .replace(/"requestId":"[^"]*"/, '')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?/g, '')
    .replace(/\b1[6-9]\d{11}(\d{3})?\b/g, '');
}

function isQueries(path: string): boolean {
  return path.endsWith('/queries');
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function digest(text: string): string {
  return text === '' ? '' : createHash('sha1').update(text).digest('base64url');
}
