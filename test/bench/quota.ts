import { growActiveRuns } from './growth/active-runs';
import { growLedger } from './growth/ledger-rows';
import { growTenants } from './growth/tenants';
import { compareCpuPerRequest } from './quota/cpu-per-request';
import { compareSideBySide } from './quota/side-by-side';
import { describeMachine } from './support/machine';

/** `npm run bench:quota [-- part…]`: exact counts under load, what they cost, and what grows with what. */
const parts: Readonly<Record<string, () => Promise<void>>> = {
  'side-by-side': compareSideBySide,
  cpu: compareCpuPerRequest,
  tenants: growTenants,
  'active-runs': growActiveRuns,
  ledger: growLedger,
};

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined)
    throw new Error(`There is no part '${unknown}'; there are: ${Object.keys(parts).join(', ')}`);
  console.log(`Before: ${describeMachine()}`);
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) await part();
  }
  console.log(`\nAfter: ${describeMachine()}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
