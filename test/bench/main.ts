import { measureRuns, type RunFigures } from './runs';
import { measureStarts } from './starts';
import { medianAndRange, shown } from './support/figures';
import { describeMachine } from './support/machine';
import { printTable } from './support/table';

/** `npm run bench`: speed and memory of the local cloud, as `npm start` runs it, with data on disk. */
async function main(): Promise<void> {
  console.log(`Before: ${describeMachine()}`);
  const starts = await measureStarts(5);
  const runs = await measureRuns();
  printTable('Speed and memory of the local cloud', ['what', 'measured', 'aim'], rowsOf(starts, runs));
  console.log(notes);
  console.log(`After: ${describeMachine()}`);
}

const rowsOf = (startSeconds: readonly number[], { alone, sequence, parallel, ...all }: RunFigures) => [
  ['one run alone, p50 to 202 (ms)', shown(alone.accepted.p50), '< 20'],
  ['one run alone, p99 to 202 (ms)', shown(alone.accepted.p99), ''],
  ['one run alone, p50 to its ledger row, readable (ms)', shown(alone.readable.p50), '< 100'],
  ['one run alone, p99 to its ledger row, readable (ms)', shown(alone.readable.p99), ''],
  ['one after the other, accepted runs per second', medianAndRange(sequence.perSecond), ''],
  ['one after the other, p50 to 202 (ms)', shown(sequence.accepted.p50), '< 20'],
  ['one after the other, p99 to 202 (ms)', shown(sequence.accepted.p99), ''],
  ['one after the other, p50 to ledger row (ms)', shown(sequence.recorded.p50), '< 100'],
  ['one after the other, p99 to ledger row (ms)', shown(sequence.recorded.p99), ''],
  ['16 at once, accepted runs per second', medianAndRange(parallel.perSecond), ''],
  ['16 at once, finished runs per second', medianAndRange(parallel.finishedPerSecond), ''],
  ['16 at once, p50 to 202 (ms)', shown(parallel.accepted.p50), ''],
  ['16 at once, p99 to 202 (ms)', shown(parallel.accepted.p99), ''],
  ['16 at once, p50 to ledger row (ms)', shown(parallel.recorded.p50), ''],
  ['16 at once, p99 to ledger row (ms)', shown(parallel.recorded.p99), ''],
  [`resident memory, node and SQL engine, after ${all.runs} runs (MB)`, shown(all.memoryMb, 0), ''],
  ['resident memory before the first run (MB)', shown(all.memoryAtStartMb, 0), ''],
  ['seconds from the start of the process to ready', medianAndRange(startSeconds, 2), '< 3'],
  [`runs without exactly one COMPLETED row in the ledger`, String(all.wrong), '0'],
];

const notes = `
Runs of gcp/example/dryrun for one tenant without quotas, through the gateway, with every answer on disk before it is given.
"Alone": the next request is sent when the run before has given its slot back; that its ledger row can be read is asked
by tabledata.list as fast as it answers. Elsewhere the time to the ledger row is the row's recorded_at less the request's time, by the clock that both
share: exact to 1 ms, and without the append itself. Per second: the median of the rounds (least…most).`;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
