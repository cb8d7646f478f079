import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { authorizationFor } from '../authorization';

/** A load job and its data, for one request to jobs.insert. */
export interface FileUpload {
  readonly projectId: string;
  readonly path: string;
  /** The Job resource. */
  readonly job: object;
}

/**
 * Starts a load job with a file's content, and resolves to its resource. The client's own upload stream
 * cannot set labels or a timeout, so only its authorisation is used. Throws errors like the client's: with
 * the answer's status and BigQuery's errors, or a connection's.
 * https://cloud.google.com/bigquery/docs/reference/api-uploads#multipart
 */
export async function uploadFile(
  bigquery: BigQuery,
  { projectId, path, job }: FileUpload,
  signal: AbortSignal,
): Promise<unknown> {
  const url = new URL(
    `${bigquery.apiEndpoint}/upload/bigquery/v2/projects/${projectId}/jobs?uploadType=multipart`,
  );
  const boundary = randomUUID();
  const head = [
    `--${boundary}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(job)}\r\n`,
    `--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n`,
  ].join('');
  const tail = `\r\n--${boundary}--`;
  const { size } = await stat(path);
  const request = (url.protocol === 'http:' ? requestHttp : requestHttps)(url, {
    method: 'POST',
    headers: {
      ...(await authorizationFor(bigquery, url)),
      'Content-Type': `multipart/related; boundary=${boundary}`,
      'Content-Length': Buffer.byteLength(head) + size + Buffer.byteLength(tail),
    },
    signal,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  // An answer may come before everything is sent, and says more than the broken connection.
  const sent = pipeline(body(head, path, tail), request);
  sent.catch(() => undefined);
  const response = await answered;
  return parseAnswer(response.statusCode ?? 0, await text(response));
}

async function* body(head: string, path: string, tail: string): AsyncGenerator<Buffer | string> {
  yield head;
  yield* createReadStream(path);
  yield tail;
}

const errorSchema = z.object({
  error: z.object({ message: z.string(), errors: z.array(z.looseObject({})).default([]) }),
});

function parseAnswer(status: number, answer: string): unknown {
  if (status >= 200 && status < 300) return JSON.parse(answer);
  const { message, errors } = parseError(answer);
  throw Object.assign(new Error(message ?? `BigQuery answered ${status}`), { code: status, errors });
}

function parseError(answer: string): { message?: string; errors?: object[] } {
  try {
    return errorSchema.safeParse(JSON.parse(answer)).data?.error ?? {};
  } catch {
    // A proxy's answer: the status says enough.
    return {};
  }
}
