import type { OffboardDependencies } from '../../../../functions/tenants/offboarding/offboard-tenant';

export class Stopped extends Error {}

/** The same, but its n-th step fails: before it is done, or when it has been done. */
export function stoppingAt(deps: OffboardDependencies, step: number, isDone: boolean): OffboardDependencies {
  let steps = 0;
  const stopping =
    <Given extends readonly unknown[], Result>(work: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      const isHere = ++steps === step;
      if (isHere && !isDone) throw new Stopped();
      const result = await work(...given);
      if (isHere) throw new Stopped();
      return result;
    };
  return {
    ...deps,
    runStatement: stopping(deps.runStatement) as OffboardDependencies['runStatement'],
    recordOutcomes: stopping(deps.recordOutcomes),
    exportRuns: stopping(deps.exportRuns),
    records: { find: stopping(deps.records.find), append: stopping(deps.records.append) },
    disableSchedules: stopping(deps.disableSchedules),
    datasets: {
      deleteDataset: stopping(deps.datasets.deleteDataset),
      hasTable: stopping(deps.datasets.hasTable),
      undeleteDataset: stopping(deps.datasets.undeleteDataset),
    },
  };
}
