import { z } from 'zod';
import type { Instance } from '../backend/servers';
import { quantile } from '../support/figures';
import { type Answered, createHttpClient, type HttpClient } from '../support/http-client';
import { generateLoad } from '../support/load';

/** What became of requests that were sent at once. */
export interface Burst {
  readonly admitted: number;
  readonly refused: number;
  /** Admitted past the quota. */
  readonly overshoot: number;
  readonly errors: readonly string[];
  readonly bigqueryJobs: number;
  /** Of the requests that were decided, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** From the first request sent to the last admission answered. */
  readonly admissionsPerSecond: number;
}

export interface BurstRequest {
  readonly tenantId: string;
  readonly apiKey: string;
  readonly requests: number;
  readonly quota: number | null;
}

const problemSchema = z.object({ detail: z.string() });

/**
 * Sends requests for one tenant at once, over connections that are open, to an instance that has seen the key: so it is
 * admission that is measured. The baseline remembers no key, and looks it up for each.
 */
export async function sendBurst(instance: Instance, burst: BurstRequest): Promise<Burst> {
  const client = createHttpClient(instance.url);
  const headers = { 'X-API-Key': burst.apiKey };
  try {
    await client.send('GET', '/api/v1/pipelines', { headers });
    await sendAtOnce(client, burst.requests, 'GET', '/api/v1/pipelines', headers);
    const before = await instance.usage();
    const path = `/api/v1/pipelines/run/${burst.tenantId}/gcp/example/dryrun`;
    const answers = await sendAtOnce(client, burst.requests, 'POST', path, headers);
    const after = await instance.usage();
    return outcomeOf(answers, burst.quota, after.bigqueryJobs - before.bigqueryJobs);
  } finally {
    client.close();
  }
}

async function sendAtOnce(
  client: HttpClient,
  times: number,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<readonly Answered[]> {
  const { results } = await generateLoad({ times, atOnce: times }, () =>
    client.send(method, path, { headers }),
  );
  return results;
}

function outcomeOf(answers: readonly Answered[], quota: number | null, bigqueryJobs: number): Burst {
  const having = (status: number) => answers.filter((answer) => answer.status === status);
  const [admitted, refused] = [having(202), having(429)];
  const decided = [...admitted, ...refused].map(({ tookMs }) => tookMs);
  const start = Math.min(...answers.map(({ startedAt }) => startedAt));
  const end = Math.max(...admitted.map(({ startedAt, tookMs }) => startedAt + tookMs));
  return {
    admitted: admitted.length,
    refused: refused.length,
    overshoot: quota === null ? 0 : Math.max(0, admitted.length - quota),
    errors: answers
      .filter(({ status }) => status !== 202 && status !== 429)
      .map(({ status, text }) => `${status} ${detailOf(text)}`),
    bigqueryJobs,
    p50: quantile(decided, 0.5),
    p99: quantile(decided, 0.99),
    admissionsPerSecond: admitted.length === 0 ? Number.NaN : (admitted.length / (end - start)) * 1000,
  };
}

function detailOf(text: string): string {
  try {
    return problemSchema.parse(JSON.parse(text)).detail;
  } catch {
    return text.slice(0, 80);
  }
}
