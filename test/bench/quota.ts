import { growActiveRuns } from './growth/active-runs';
import { growLedger } from './growth/ledger-rows';
import { growQueue } from './growth/queued-runs';
import { compareSettling } from './growth/settling';
import { growTenants } from './growth/tenants';
import { compareWaysToAdmit } from './quota/admission';
import { compareCpuPerRequest } from './quota/cpu-per-request';
import { type BenchLatencies, readCommandLine } from './quota/latencies';
import { compareSideBySide } from './quota/side-by-side';
import { countWholeLife } from './quota/whole-life';
import { describeMachine } from './support/machine';

/**
 * `npm run bench:quota [-- part… --dml-ms 1000 --query-ms 300 --script-ms 500 --ledger-rows 1000000]`: exact counts under load, what they cost,
 * and what grows with what. The options are BigQuery's latencies in the parts that have them.
 */
const parts: Readonly<Record<string, (latencies: BenchLatencies, ledgerRows: number) => Promise<void>>> = {
  'side-by-side': compareSideBySide,
  admission: compareWaysToAdmit,
  life: countWholeLife,
  cpu: compareCpuPerRequest,
  tenants: growTenants,
  'active-runs': growActiveRuns,
  queue: growQueue,
  settling: compareSettling,
  ledger: (_, ledgerRows) => growLedger(ledgerRows),
};

async function main(args: readonly string[]): Promise<void> {
  const { asked, latencies, ledgerRows } = readCommandLine(args);
  const unknown = asked.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined)
    throw new Error(`There is no part '${unknown}'; there are: ${Object.keys(parts).join(', ')}`);
  console.log(`Before: ${describeMachine()}`);
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) await part(latencies, ledgerRows);
  }
  console.log(`\nAfter: ${describeMachine()}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
