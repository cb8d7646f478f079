import { fillLedger } from '../../bench/growth/fill-ledger';
import { printTable } from '../../bench/support/table';
import { busyTasks } from './busy-tasks';
import { type ConsolePart, namesNothing } from './console-part';

const runs = 10_000;

/** Goes down a list of 10,000 runs to its end and back: how often the page did not answer for more than 50 ms. */
export const listManyRuns: ConsolePart = async ({ browser, url, bigqueryUrl, tenantId }) => {
  await fillLedger(bigqueryUrl, tenantId, { rows: runs, rowsPerDay: 500, until: new Date() });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(namesNothing);
  await page.addInitScript(noteStalls);
  await page.goto(`${url}/tenants/${tenantId}/runs`);
  page.setDefaultTimeout(240_000);
  const table = page.getByRole('table').first();
  await table.waitFor();
  await page.evaluate(() => Reflect.set(globalThis, 'stalls', []));
  const end = page.getByText(/runs, all that match$/);
  const newest = page.getByText(/^The newest [\d,]+ runs/);
  let told = '';
  const tasks = await busyTasks(browser, async () => {
    while ((await end.count()) === 0) {
      await page.evaluate(scrollTo, 1);
      await page.waitForTimeout(50);
      const now = (await newest.allTextContents()).join('').replace(/ runs.*/, '');
      if (now !== told && /000$/.test(now)) console.log(now);
      told = now;
    }
    for (let part = 20; part >= 0; part--) await page.evaluate(scrollTo, part / 20);
  });
  const all = await end.textContent();
  const stalls: unknown = await page.evaluate(() => Reflect.get(globalThis, 'stalls'));
  const long = Array.isArray(stalls) ? stalls.map(Number) : [];
  const rowsInPage = await page.locator('tbody tr').count();
  printTable(
    'A list of many runs, gone down to its end and back',
    ['listed', 'rows in the page', 'stalls over 50 ms', 'the longest (ms)'],
    [[all ?? '', `${rowsInPage}`, `${long.length}`, `${Math.round(Math.max(0, ...long))}`]],
  );
  printTable(
    'What the processor worked longest for (ms)',
    ['by the clock', 'of the processor', 'of it'],
    tasks.slice(0, 8).map(({ ms, cpuMs, parts }) => [ms.toFixed(1), cpuMs.toFixed(1), parts]),
  );
  await context.close();
};

/** In the page, before anything else: notes how long tasks of more than 50 ms took. */
function noteStalls(): void {
  Reflect.set(globalThis, 'stalls', []);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) Reflect.get(globalThis, 'stalls').push(duration);
  }).observe({ type: 'longtask' });
}

/** In the page: goes to a part of the list, 1 for its end, and resolves when that is painted. */
async function scrollTo(part: number): Promise<void> {
  const frame = document.querySelector('main .table-frame');
  if (frame !== null) frame.scrollTop = frame.scrollHeight * part;
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}
