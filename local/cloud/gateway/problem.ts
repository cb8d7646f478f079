import type { ServerResponse } from 'node:http';
import { httpStatusOf, type ProblemCode, problemTitleOf } from '../../../shared/errors';

/** Answers with an RFC 9457 problem, in the form of the functions' own. */
export const sendProblem = (
  response: ServerResponse,
  code: ProblemCode,
  detail: string,
  instance: string,
  headers: Record<string, string> = {},
): void => {
  const status = httpStatusOf(code);
  const type = `urn:tenant-pipelines:problem:${code}`;
  const text = JSON.stringify({ type, title: problemTitleOf(code), status, detail, instance, code });
  response.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(text);
};
