import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { onboardUnlimited, withServer } from '../../bench/support/local-server';
import { describeMachine } from '../../bench/support/machine';
import type { ConsolePart } from './console-part';
import { listManyRuns } from './many-runs';
import { paint } from './paint';
import { watchForLong } from './watching';

/** `npm run bench:console [-- part…]`: how soon the console shows something, and whether it stays quick. */
const parts: Readonly<Record<string, ConsolePart>> = { paint, list: listManyRuns, watch: watchForLong };
const tenantId = 'bench_console';

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined)
    throw new Error(`There is no part '${unknown}'; there are: ${Object.keys(parts).join(', ')}`);
  const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
  if (executablePath === undefined) throw new Error('There is no Chromium on this machine');
  console.log(`Before: ${describeMachine()}`);
  await withServer(async ({ url, bigqueryUrl }) => {
    await onboardUnlimited(url, tenantId);
    const args = ['--no-sandbox', '--js-flags=--expose-gc', '--enable-precise-memory-info'];
    const browser = await chromium.launch({ executablePath, args });
    try {
      for (const [name, part] of Object.entries(parts))
        if (asked.length === 0 || asked.includes(name)) await part({ browser, url, bigqueryUrl, tenantId });
    } finally {
      await browser.close();
    }
  });
  console.log(`\nAfter: ${describeMachine()}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
