import { type ChildProcess, fork } from 'node:child_process';
import { on } from 'node:events';
import { join } from 'node:path';
import { BigQueryError } from '../../../bigquery-error';
import type { SourceFile } from '../source-files';
import type { FromReader, ToReader } from './reader-messages';

export interface ParquetReader {
  /**
   * The messages that answer a request; the next request must wait until they are read.
   * @throws BigQueryError `invalid` for a fault, and when the reading process ends or stops answering
   *   while it reads the file
   */
  ask(request: ToReader, file: SourceFile): AsyncGenerator<FromReader>;
  /** Abandons the process. */
  close(): void;
}

/**
 * Reads Parquet files in a process of its own. A wrong number in a broken page can make an array grow without
 * bound, which ends a whole process whatever the code catches. This one holds no data, so nothing is lost
 * with it; and the server's thread goes on answering while a large row group is unpacked.
 */
export function createParquetReader(): ParquetReader {
  let child: ChildProcess | undefined;
  let isAnswering = false;
  return {
    async *ask(request, file) {
      child ??= takeProcess();
      isAnswering = true;
      for await (const said of answers(child, request, file)) {
        // A process that may still be reading other columns must not take the next file.
        isAnswering = said.kind === 'rows' || (said.kind === 'fault' && said.isStillReading);
        if (said.kind === 'fault') throw unreadable(said.detail, file);
        if (said.kind !== 'end') yield said;
        if (!isAnswering) return;
      }
    },
    close() {
      if (isAnswering) child?.kill('SIGKILL');
      else if (child !== undefined) keepProcess(child);
    },
  };
}

async function* answers(
  child: ChildProcess,
  request: ToReader,
  file: SourceFile,
): AsyncGenerator<FromReader> {
  const ended = new AbortController();
  const abort = () => ended.abort();
  child.once('exit', abort);
  const silence = setTimeout(() => child.kill('SIGKILL'), longestSilence(file));
  try {
    const messages = on(child, 'message', { signal: ended.signal });
    child.send(request, (error) => {
      if (error !== null) abort();
    });
    for await (const [message] of messages) {
      silence.refresh();
      yield message;
    }
  } catch (error) {
    throw ended.signal.aborted ? unreadable(tooBroken, file) : error;
  } finally {
    clearTimeout(silence);
    child.off('exit', abort);
  }
}

const tooBroken = 'The Parquet file is broken: reading it comes to no end.';

/** A minute and a second per megabyte: many times what a row group takes. */
const longestSilence = ({ bytes }: SourceFile): number => 60_000 + bytes / 1000;

function unreadable(detail: string, { uri }: SourceFile): BigQueryError {
  return new BigQueryError('invalid', `Error while reading data, error message: ${detail} File: ${uri}`, uri);
}

/** Starting a process takes longer than reading a small file, so the last load's is kept for the next one. */
let spare: ChildProcess | undefined;
const keptMilliseconds = 10_000;
/**
 * In MiB. A million rows in one group take 1.5 GB; a broken page must not take all of the machine's memory.
 */
const mostMemory = 2_048;

/** A process that answers requests. Until it is given back, it keeps this one from ending. */
function takeProcess(): ChildProcess {
  const child = spare !== undefined && isAlive(spare) ? spare : start();
  if (child === spare) spare = undefined;
  child.ref();
  child.channel?.ref();
  return child;
}

/** Takes back a process that has answered all requests. */
function keepProcess(child: ChildProcess): void {
  spare?.kill('SIGKILL');
  spare = child;
  child.unref();
  child.channel?.unref();
  setTimeout(() => {
    if (spare !== child) return;
    spare = undefined;
    child.kill('SIGKILL');
  }, keptMilliseconds).unref();
}

const isAlive = ({ exitCode, signalCode, connected }: ChildProcess): boolean =>
  exitCode === null && signalCode === null && connected;

function start(): ChildProcess {
  const child = fork(join(__dirname, 'reader-process.ts'), [], {
    execArgv: [`--max-old-space-size=${mostMemory}`, '--require', 'tsx/cjs'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Whoever waits for an answer learns of it; while nobody does, a failure must not end this process.
  child.on('error', () => undefined);
  return child;
}
