import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../../support/free-port';
import type { Candidate } from './candidates';

export interface FirstRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface ColdStart {
  /** From the start of the process until a connection is accepted. */
  readonly listeningMs: number;
  /** From the start of the process to the end of the first answer, which is a 2xx. */
  readonly answeredMs: number;
  /** Resident memory after it. */
  readonly memoryMb: number;
}

/** Starts a fresh process, asks it as soon as it listens, and ends it. Throws where the answer is no 2xx. */
export async function measureColdStart(
  { name, directory }: Candidate,
  environment: Readonly<Record<string, string>>,
  asked: FirstRequest,
): Promise<ColdStart> {
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const production = { NODE_ENV: 'production', LOG_SEVERITY: 'ERROR' };
  const start = performance.now();
  const child = spawn('node_modules/.bin/functions-framework', {
    cwd: directory,
    env: { PATH, HOME, ...production, ...environment, FUNCTION_TARGET: name, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'close');
  try {
    for (;;) {
      const answer = await ask(port, asked);
      const answeredMs = performance.now() - start;
      if (answer === 'not listening') {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
        await sleep(1);
        continue;
      }
      if (answer.status >= 300) throw new Error(`${name} answered ${answer.status}: ${answer.text}`);
      const memoryMb = memoryOf(child.pid ?? 0);
      return { listeningMs: answer.connectedAt - start, answeredMs, memoryMb };
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

const connectionSchema = z.object({ code: z.literal('ECONNREFUSED') });

const ask = (port: number, { method, path, headers, body }: FirstRequest) =>
  new Promise<'not listening' | { connectedAt: number; status: number; text: string }>((resolve, reject) => {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const sent = request({ port, method, path, agent: false, headers: { ...json, ...headers } });
    let connectedAt = Number.NaN;
    sent.once('socket', (socket) =>
      socket.once('connect', () => {
        connectedAt = performance.now();
      }),
    );
    sent.once('error', (error) => {
      if (connectionSchema.safeParse(error).success) resolve('not listening');
      else reject(error);
    });
    sent.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ connectedAt, status: response.statusCode ?? 0, text }));
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const memoryOf = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
