import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { BigQuery } from '@google-cloud/bigquery';
import { type BigQueryOptions, type RunningBigQuery, startBigQuery } from '../../start-bigquery';
import { sharesEngine } from './shares-engine';

export { sharesEngine };

export interface LocalBigQuery {
  readonly server: RunningBigQuery;
  readonly client: BigQuery;
  readonly url: string;
  /** A folder of this server's own, with `data` and `gcs` in it. */
  readonly folder: string;
  /** Puts a file where gs://bucket/name finds it. */
  putFile(bucket: string, name: string, text: string | Buffer): void;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

export interface LocalBigQueryOptions extends Pick<BigQueryOptions, 'limits' | 'log' | 'infersNoLocation'> {
  /** A folder to use again; it is not removed at the end. */
  readonly folder?: string;
  readonly memoryOnly?: boolean;
}

/** A local BigQuery on a port the system chooses, in a fresh folder, with a client that talks to it. */
export async function startLocalBigQuery(options: LocalBigQueryOptions = {}): Promise<LocalBigQuery> {
  const folder = options.folder ?? newFolder();
  const gcsDirectory = join(folder, 'gcs');
  const server = await startBigQuery({
    port: 0,
    gcsDirectory,
    ...(options.memoryOnly !== true && { dataDirectory: join(folder, 'data') }),
    ...(options.log && { log: options.log }),
    limits: options.limits,
    infersNoLocation: options.infersNoLocation,
    sharesEngine,
  });
  return {
    server,
    client: clientOf(server.url),
    url: server.url,
    folder,
    putFile: (bucket, name, text) => putFile(join(gcsDirectory, bucket, name), text),
    async stop() {
      await server.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true });
    },
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'local-bigquery-'));
}

/** A client without credentials that does not repeat what fails. */
export function clientOf(url: string): BigQuery {
  process.env.METADATA_SERVER_DETECTION = 'none';
  return new BigQuery({ projectId: 'local', apiEndpoint: url, retryOptions: { autoRetry: false } });
}

/**
 * The pages of one of the client's paged calls; `fetchPage` gets the query that the page before gave for it.
 */
export async function allPages<T>(
  fetchPage: (query: object) => Promise<[T[], ...unknown[]]>,
): Promise<T[][]> {
  const pages: T[][] = [];
  let query: object | undefined = {};
  while (query !== undefined) {
    const [items, next]: [T[], ...unknown[]] = await fetchPage(query);
    pages.push(items);
    query = typeof next === 'object' && next !== null ? next : undefined;
  }
  return pages;
}

function putFile(path: string, text: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export interface BigQueryProcess {
  readonly client: BigQuery;
  readonly url: string;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/**
 * A local BigQuery in a process of its own, that a test can kill.
 * @throws Error with what it printed, if it ends
 */
export async function spawnLocalBigQuery(folder: string): Promise<BigQueryProcess> {
  const script = join(__dirname, 'serve-bigquery.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', script, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await firstLine(child);
  return {
    client: clientOf(url),
    url,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the process has no output');
  let errors = '';
  stderr.on('data', (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface({ input: stdout })) return line;
  throw new Error(`the process ended: ${errors}`);
}
