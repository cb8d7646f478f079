import { attackBesideAnother } from './overload/attacker';
import { readSizes, type Sizes } from './overload/command-line';
import { floodBesideAnother } from './overload/flood';
import { waitForHungEngine } from './overload/hung-engine';
import { runInManyTenants } from './overload/many-tenants';
import { refuseCheaply } from './overload/refusals';
import { runForAWhile } from './overload/sustained';
import { describeMachine } from './support/machine';

/**
 * `npm run bench:overload [-- part… --tenants 1000 --clients 200 --runs 3000 --seconds 60]`: what becomes of
 * more requests than the cloud in a box can serve, and of other tenants beside them.
 */
const parts: Readonly<Record<string, (sizes: Sizes) => Promise<void>>> = {
  tenants: runInManyTenants,
  refusals: refuseCheaply,
  flood: floodBesideAnother,
  sustained: runForAWhile(1),
  'sustained-tenants': runForAWhile(10),
  attacker: attackBesideAnother,
  'hung-engine': waitForHungEngine,
};

async function main(args: readonly string[]): Promise<void> {
  const { asked, sizes } = readSizes(args);
  const unknown = asked.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined)
    throw new Error(`There is no part '${unknown}'; there are: ${Object.keys(parts).join(', ')}`);
  console.log(`Before: ${describeMachine()}`);
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) await part(sizes);
  }
  console.log(`\nAfter: ${describeMachine()}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
