import { readOptions, usage } from './options';
import { type Progress, simulate } from './simulate';

const everyMs = 5_000;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const again = `Seed ${options.seed}; once more: npm run simulate:sockets -- ${argumentsOf(options)}`;
  // An error that nobody catches ends a function's process, so it ends this one.
  process.on('uncaughtException', (error) => {
    console.error('\nNobody caught this error:', error, `\n${again}`);
    process.exit(1);
  });
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const report = await simulate(options, (progress) => {
    timer = setInterval(() => show(progress(), (performance.now() - began) / 1000), everyMs);
  });
  clearInterval(timer);
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(report.table);
  if (report.isKept) return;
  console.log(`\nAn invariant is broken. ${again}`);
  process.exitCode = 1;
}

const argumentsOf = (options: Exclude<ReturnType<typeof readOptions>, 'help'>): string =>
  [
    `--seed ${options.seed} --runs ${options.runs} --tenants ${options.tenants} --instances ${options.instances}`,
    `--fault-rate ${options.faultRate} --death-rate ${options.deathRate}`,
  ].join(' ');

/** In place on a terminal, otherwise a line each. */
function show({ phase, wanted, admitted, ended, violations }: Progress, seconds: number): void {
  const line = `${seconds.toFixed(0)} s ${phase}: ${wanted} asked for, ${admitted} admitted, ${ended} ended, ${violations} violations`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

main().then(
  // Google's clients keep connections, and with them the process.
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
