import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { FaultName } from './cloud/put-back';
import type { InvariantName } from './judge/invariants';
import type { SimulationResult } from './simulate';

export interface SeedJob {
  readonly seed: number;
  readonly runs: number;
  readonly ignored: readonly InvariantName[];
  readonly putBack: readonly FaultName[];
}

/**
 * A simulation makes much that lives shortly: with a larger nursery (in MB) it takes a quarter less time. And it
 * makes many closures, which tsx would have keep their names: a tenth of the time.
 */
const translating = ['--require', join(__dirname, '../../support/compile-once.js')];
const execArgv = [...translating, ...process.execArgv, '--max-semi-space-size=64'];

/**
 * Plays many simulations, one after the other in each of several processes, until all are played or `onResult` says
 * that it has enough. The results come in the order of the jobs. Rejects if a process ends early.
 */
export async function simulateSeeds(
  jobs: readonly SeedJob[],
  processes: number,
  onResult: (result: SimulationResult) => 'go on' | 'enough',
): Promise<readonly SimulationResult[]> {
  const results: SimulationResult[] = [];
  const queue = jobs.entries();
  let isEnough = false;

  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = fork(join(__dirname, 'seed-worker.ts'), { stdio: 'inherit', execArgv });
      let place = 0;
      const next = () => {
        const { done, value } = queue.next();
        if (done || isEnough) return void worker.disconnect();
        place = value[0];
        worker.send(value[1]);
      };
      // The worker is this program's own: what it sends is a result.
      worker.on('message', (result: SimulationResult) => {
        results[place] = result;
        if (onResult(result) === 'enough') isEnough = true;
        next();
      });
      worker.on('error', reject);
      worker.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`A simulating process ended with ${code}`)),
      );
      next();
    });
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, work));
  // Those that were not played have no place.
  return results.flat();
}
