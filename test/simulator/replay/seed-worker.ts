import { z } from 'zod';
import { type InvariantName, invariants } from './judge/invariants';
import { shrink } from './shrink';
import { simulate } from './simulate';
import { loadSimulatedPipelines } from './world/definitions';

/** A process that plays simulations for simulateSeeds: a job comes, its result goes back. */

const jobSchema = z.object({
  seed: z.int(),
  runs: z.int(),
  ignored: z.array(z.custom<InvariantName>((name) => typeof name === 'string' && name in invariants)),
});

const pipelines = loadSimulatedPipelines();

process.on('message', async (message) => {
  const { seed, runs, ignored } = jobSchema.parse(message);
  const options = { seed, runs, ignored: new Set(ignored) };
  const result = await simulate(options, pipelines);
  process.send?.(result.violations.length > 0 ? await shrink(result, options, pipelines) : result);
});
