import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import { type SimulationOptions, type SimulationResult, simulate } from './simulate';

const shares = [0.1, 0.25, 0.5, 0.75, 0.9] as const;
const mostTries = 8;

/** A simulation with fewer runs that violates the same invariant: the smallest that a few tries find. */
export async function shrink(
  failed: SimulationResult,
  options: SimulationOptions,
  pipelines: ReadonlyMap<string, PipelineDefinition>,
): Promise<SimulationResult> {
  const wanted = failed.violations[0]?.invariant;
  let smallest = failed;
  let tries = 0;
  // Runs that were not asked for by then have had no part in it.
  let candidates: readonly number[] = [
    failed.begun,
    ...shares.map((share) => Math.ceil(failed.begun * share)),
  ];
  while (tries < mostTries) {
    const untried = [...new Set(candidates)].filter((runs) => runs < smallest.runs).sort((a, b) => a - b);
    let found: SimulationResult | undefined;
    for (const runs of untried) {
      tries++;
      const result = await simulate({ ...options, runs }, pipelines);
      if (result.violations[0]?.invariant !== wanted) continue;
      found = result;
      break;
    }
    if (found === undefined) break;
    smallest = found;
    const { begun } = found;
    candidates = shares.map((share) => Math.floor(begun * share)).filter((runs) => runs > 0);
  }
  return smallest;
}
