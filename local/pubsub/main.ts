import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPubSub } from './start-pubsub';
import { writeSparingly } from './write-sparingly';

const help = `local-pubsub [options]

  Runs the local Pub/Sub on this machine until Ctrl-C.

  --port PORT  where it listens, on 127.0.0.1 (default 8085; 0: the system chooses)
  --host NAME  answers REST calls under this name too, besides localhost (may be repeated)
  --data DIR   keeps topics, subscriptions and undelivered messages in DIR (default: in memory only)
  --help       shows this`;

/** The exit code of a command line that cannot be understood; every other failure is 1. */
const wrongUsage = 2;

type CommandLine = {
  readonly port: number;
  readonly hosts: readonly string[];
  readonly dataDirectory: string | undefined;
};

/** @throws Error naming the option, what was given and what was expected */
const readCommandLine = (args: readonly string[]): CommandLine | 'help' => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8085' },
      host: { type: 'string', multiple: true, default: [] },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`--port: expected 0 to 65535, given '${values.port}'`);
  }
  if (values.data === '') throw new Error('--data: expected a folder, given nothing');
  return {
    port: Number(values.port),
    hosts: values.host,
    dataDirectory: values.data === undefined ? undefined : resolve(values.data),
  };
};

const serve = async ({ port: wanted, hosts, dataDirectory }: CommandLine): Promise<void> => {
  const log = writeSparingly((line) => console.error(line));
  const { port, close } = await startPubSub({ port: wanted, hosts, dataDirectory, log });
  console.log(`The local Pub/Sub listens on 127.0.0.1:${port}.

  Data      ${dataDirectory ?? 'in memory only'}
  Clients   export PUBSUB_EMULATOR_HOST=127.0.0.1:${port}

Ctrl-C stops it.`);
  const stop = (): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    close().then(() => process.exit(0), fail(1));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
};

const fail =
  (code: number) =>
  (error: unknown): void => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(code);
  };

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === 'help') console.log(help);
  else serve(commandLine).catch(fail(1));
} catch (error) {
  fail(wrongUsage)(error);
}
