import { createHash } from 'node:crypto';
import { BigQueryError } from '../bigquery-error';
import { conflicting } from '../limits/limit-errors';
import type { ScriptFault, TableReference } from '../model';
import { type Border, type RestCall, type RestReply, unavailableReply } from './rest-border';
import { type ErrorBody, errorBody } from './wire-errors';

/** A call as the caller's faults see it. */
export interface NamedCall {
  /**
   * The same for the same call in every run. It is made of what the client says, never of times of day,
   * request ids or the order of arrival:
   * - a job has the id that its client chose;
   * - a query has its text and parameters;
   * - a streaming insert has its table and insert ids, where there are any;
   * - any other call has its method, path and body.
   */
  readonly identity: string;
  /** BigQuery's own refusals of this call, by name. A conflict can only meet UPDATE, DELETE and MERGE. */
  readonly refusals: {
    readonly unavailable: RestReply;
    readonly 'rate-limited': RestReply;
    readonly conflict?: RestReply;
  };
  /**
   * Of a call that runs a script: does its work, but the script fails before its first statement or after its
   * last one, and is answered as BigQuery was reported to answer it: 200, complete, with its job and nothing
   * else. The job says what failed.
   */
  readonly failScript?: (when: ScriptFault) => Promise<RestReply>;
}

/**
 * Lets a call go wrong: does its work or does not, answers it, one of its refusals, late, or nothing at all
 * (undefined), which breaks the connection.
 */
export type CallFaults = (call: NamedCall, work: () => Promise<RestReply>) => Promise<RestReply | undefined>;

/** Lets every call pass through the caller's faults. */
export function faultBorder(faults: CallFaults, projectId: string): Border {
  return (call, work) => {
    const dml = dmlTarget(call, projectId);
    const refusals = {
      unavailable: unavailableReply(),
      'rate-limited': rateLimited(),
      ...(dml && { conflict: conflict(dml) }),
    };
    const failScript = isScript(call) && { failScript: (script: ScriptFault) => work({ script }) };
    return faults({ identity: identityOf(call), refusals, ...failScript }, work);
  };
}

function rateLimited(): RestReply {
  const message = 'Exceeded rate limits: too many api requests per user per method for this user_method.';
  const { error } = errorBody(new BigQueryError('rateLimitExceeded', message));
  const body: ErrorBody = { error: { ...error, code: 429, status: 'RESOURCE_EXHAUSTED' } };
  return { status: 429, body };
}

function conflict(table: TableReference): RestReply {
  const error = conflicting(table);
  return { status: error.status, body: errorBody(error) };
}

/**
 * The table that a jobs.query changes by UPDATE, DELETE or MERGE, as far as its text shows it at a glance.
 */
function dmlTarget({ method, url, text }: RestCall, projectId: string): TableReference | undefined {
  if (method !== 'POST' || !isQueries(pathOf(url))) return undefined;
  const statement = /\b(?:UPDATE|DELETE\s+FROM|DELETE|MERGE\s+INTO|MERGE)(?:\s|\\n)+`?([\w.-]+)/i.exec(text);
  const path = statement?.[1]?.split('.') ?? [];
  const tableId = path.at(-1);
  const datasetId = path.at(-2) ?? /"datasetId":"(\w+)"/.exec(text)?.[1];
  return tableId && datasetId ? { projectId, datasetId, tableId } : undefined;
}

/** Whether the text of a query has something behind a semicolon; only the engine knows for sure. */
function isScript({ method, url, text }: RestCall): boolean {
  const path = pathOf(url);
  if (method !== 'POST' || !(isQueries(path) || path.endsWith('/jobs'))) return false;
  return /"query":"(?:[^"\\]|\\.)*?;(?:\s|\\[nrt])*[^"\s\\]/.test(text);
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
