import { z } from 'zod';
import { faultSchema, invariantSchema } from './options';
import { shrink } from './shrink';
import { simulate } from './simulate';
import { loadSimulatedPipelines } from './world/definitions';

/** A process that plays simulations for simulateSeeds: a job comes, its result goes back. */

const jobSchema = z.object({
  seed: z.int(),
  runs: z.int(),
  ignored: z.array(invariantSchema),
  putBack: z.array(faultSchema),
});

const pipelines = loadSimulatedPipelines();

process.on('message', async (message) => {
  const { seed, runs, ignored, putBack } = jobSchema.parse(message);
  const options = { seed, runs, ignored: new Set(ignored), putBack: new Set(putBack) };
  const result = await simulate(options, pipelines);
  process.send?.(result.violations.length > 0 ? await shrink(result, options, pipelines) : result);
});
