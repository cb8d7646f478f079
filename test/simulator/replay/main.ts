import { type CommandOptions, readOptions, usage } from './options';
import { describeViolations, tableOf } from './report';
import { type SeedJob, simulateSeeds } from './seeds';
import { shrink } from './shrink';
import { type SimulationResult, simulate } from './simulate';
import { loadSimulatedPipelines } from './world/definitions';

const progressEveryMs = 5_000;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const began = performance.now();
  const results = options.seeds === 1 ? [await playOne(options)] : await playMany(options);
  console.log(tableOf(results));
  // Not part of what is printed: it differs from one time to the next.
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  if (results.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

/** Prints a line for each event. */
async function playOne({ seed, runs, ignored, putBack }: SeedJob): Promise<SimulationResult> {
  const pipelines = loadSimulatedPipelines();
  const options = { seed, runs, ignored: new Set(ignored), putBack: new Set(putBack) };
  const lines: string[] = [];
  const result = await simulate(options, pipelines, (line) => lines.push(line));
  console.log(lines.join('\n'));
  if (result.violations.length > 0) {
    console.log(`\nWith fewer runs:\n${describeViolations(await shrink(result, options, pipelines))}\n`);
  }
  return result;
}

/** Prints the last events of those that violate something. */
async function playMany({ seed, seeds, processes, isUntilViolated, ...rest }: CommandOptions) {
  const jobs = Array.from({ length: seeds }, (_, index) => ({ ...rest, seed: seed + index }));
  let done = 0;
  let broken = 0;
  const tellProgress = () => process.stderr.write(`${done} of ${seeds} seeds, ${broken} with violations\n`);
  const timer = setInterval(tellProgress, progressEveryMs);
  const results = await simulateSeeds(jobs, processes, ({ violations }) => {
    done++;
    if (violations.length > 0) broken++;
    return isUntilViolated && broken > 0 ? 'enough' : 'go on';
  });
  clearInterval(timer);
  for (const result of results)
    if (result.violations.length > 0) console.log(`${describeViolations(result)}\n`);
  return results;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
