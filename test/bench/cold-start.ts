import { z } from 'zod';
import { createApiKey } from '../../shared/tenants/rules/api-key';
import { newDirectory, removeDirectory } from '../support/server-process';
import { startChild } from './backend/child';
import { onboardAll } from './backend/onboarding';
import { withEnvironment, withServers } from './backend/servers';
import { type Candidate, makeCandidates, makeUnbundled } from './cold-start/candidates';
import { type ColdStart, type FirstRequest, measureColdStart } from './cold-start/first-answer';
import { firstRequestOf, type KnownTenant } from './cold-start/first-requests';
import { median, medianAndRange, shown } from './support/figures';
import { describeMachine } from './support/machine';
import { printTable } from './support/table';

/** `npm run bench:cold-start [-- rounds]`: fresh processes of every bundle beside a bare functions-framework function. */
async function main(rounds: number): Promise<void> {
  console.log(`Before: ${describeMachine()}`);
  const directory = newDirectory();
  try {
    const { bare, functions } = await makeCandidates(directory);
    const unbundled = makeUnbundled(directory);
    const run = functions.filter(({ name }) => name === 'run');
    printComparison(
      'Backends that answer at once',
      await againstInstantBackends([bare, ...run, unbundled], rounds),
    );
    printComparison('The local cloud', await againstLocalCloud([bare, ...functions, unbundled], rounds));
    console.log(notes);
  } finally {
    removeDirectory(directory);
  }
  console.log(`\nAfter: ${describeMachine()}`);
}

interface Measured {
  readonly candidate: Candidate;
  readonly starts: readonly ColdStart[];
}

const addressesSchema = z.object({ bigqueryUrl: z.string(), pubsubHost: z.string() });

async function againstInstantBackends(candidates: readonly Candidate[], rounds: number) {
  const backend = await startChild('instant-backend', []);
  const tenant = { tenantId: 'bench', apiKey: createApiKey('bench') };
  try {
    return await withEnvironment(addressesSchema.parse(backend.ready), (environment) =>
      measureAll(candidates, rounds, environment, tenant),
    );
  } finally {
    await backend.end();
  }
}

const againstLocalCloud = (candidates: readonly Candidate[], rounds: number) =>
  withServers(undefined, async ({ environment }) => {
    const tenantId = 'bench';
    const keys = await onboardAll([{ tenant_id: tenantId, max_pipelines_per_month: null }], environment);
    const tenant = { tenantId, apiKey: keys.get(tenantId) ?? '' };
    return measureAll(candidates, rounds, environment, tenant);
  });

/** One start of each a round, forwards and backwards by turns; one round before that counts for nothing. */
async function measureAll(
  candidates: readonly Candidate[],
  rounds: number,
  { SCHEMAS_DIRECTORY: _, ...environment }: Readonly<Record<string, string>>,
  tenant: KnownTenant,
): Promise<readonly Measured[]> {
  const starts = new Map<Candidate, ColdStart[]>(candidates.map((candidate) => [candidate, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const candidate of round % 2 === 0 ? candidates : candidates.toReversed()) {
      const asked: FirstRequest = firstRequestOf(candidate.name, tenant);
      const start = await measureColdStart(candidate, environment, asked);
      if (round > 0) starts.get(candidate)?.push(start);
    }
  }
  return candidates.map((candidate) => ({ candidate, starts: starts.get(candidate) ?? [] }));
}

/** The two forms of the bare function, and what a table calls them. */
const bareForms = { unbundled: 'bare function', bare: 'bare, bundled like ours' } as const;

/** The aim for `run`, as a multiple of the bare function's. */
const aim = 1.6;

function printComparison(title: string, measured: readonly Measured[]): void {
  const answered = (one: Measured | undefined) => (one?.starts ?? []).map(({ answeredMs }) => answeredMs);
  const ofForm = (form: keyof typeof bareForms) =>
    median(answered(measured.find(({ candidate }) => candidate.name === form)));
  const [bare, bundled] = [ofForm('unbundled'), ofForm('bare')];
  const labels: Readonly<Record<string, string>> = bareForms;
  printTable(
    `${title}: a fresh process`,
    [
      'function',
      'listening (ms)',
      'first 2xx (ms)',
      '× bare',
      '× bundled bare',
      'memory (MB)',
      'bundle (MB)',
    ],
    measured.map((one) => [
      labels[one.candidate.name] ?? one.candidate.name,
      medianAndRange(
        one.starts.map(({ listeningMs }) => listeningMs),
        0,
      ),
      medianAndRange(answered(one), 0),
      shown(median(answered(one)) / bare, 2),
      shown(median(answered(one)) / bundled, 2),
      medianAndRange(
        one.starts.map(({ memoryMb }) => memoryMb),
        0,
      ),
      shown(one.candidate.bytes / 1e6, 2),
    ]),
  );
  const ratio = median(answered(measured.find(({ candidate }) => candidate.name === 'run'))) / bare;
  console.log(
    `\nrun: ${shown(ratio, 2)} × the bare function; the aim is ≤ ${aim}: ${ratio <= aim ? 'holds' : 'MISSED'}`,
  );
}

const notes = `
Medians (least…most), in alternating order. A process is started as Google's buildpack starts it and asked as soon as it
accepts a connection; first 2xx: the whole of a real answer, for \`run\` an admission with its message published. The
bare function answers the same from memory: once as a function usually deploys, with functions-framework in node_modules,
and once bundled, compiled and started like ours. Memory is resident memory after the first answer.`;

main(Number(process.argv[2] ?? 15)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
