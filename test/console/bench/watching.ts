import { printTable } from '../../bench/support/table';
import { type ConsolePart, namesNothing } from './console-part';

/** An hour, at so many times its speed. */
const speed = 6;
const minutes = 10;

/** Watches the overview, and a tenant's runs, for an hour at six times its speed: what the page's heap holds after each minute. */
export const watchForLong: ConsolePart = async ({ browser, url, tenantId }) => {
  const watched = ['/', `/tenants/${tenantId}/runs`, `/tenants/${tenantId}`];
  const pages = await Promise.all(
    watched.map(async (path) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(namesNothing);
      await page.addInitScript(hastenTimers, speed);
      await page.goto(url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const session = await context.newCDPSession(page);
      const heapMb = async () => {
        await session.send('HeapProfiler.collectGarbage');
        const { usedSize } = await session.send('Runtime.getHeapUsage');
        return (usedSize / 1e6).toFixed(1);
      };
      return { path, heapMb, context };
    }),
  );
  const rows: string[][] = [];
  for (let minute = 0; minute <= minutes; minute++) {
    if (minute > 0) await new Promise((resolve) => setTimeout(resolve, 60_000));
    const sizes = await Promise.all(pages.map(({ heapMb }) => heapMb()));
    rows.push([`${minute * speed} min`, ...sizes]);
    console.log(`${minute * speed} min: ${sizes.join(', ')} MB`);
  }
  printTable(
    `The page's heap while it is watched (MB, after a collection; ${speed} times as fast)`,
    ['after', ...watched],
    rows,
  );
  await Promise.all(pages.map(({ context }) => context.close()));
};

/** In the page, before anything else: all its timers run so many times as fast. */
function hastenTimers(times: number): void {
  const { setTimeout: later, setInterval: every } = globalThis;
  Reflect.set(globalThis, 'setTimeout', (act: () => void, ms = 0) => later(act, ms / times));
  Reflect.set(globalThis, 'setInterval', (act: () => void, ms = 0) => every(act, ms / times));
}
