import { median } from '../../bench/support/figures';
import { printTable } from '../../bench/support/table';
import { type ConsolePart, namesNothing } from './console-part';

const loads = 10;

/**
 * From the HTML's last byte to the frame in which a page has its title, and to that in which it has what it is about;
 * each in a window of its own, with nothing in its cache.
 */
export const paint: ConsolePart = async ({ browser, url, tenantId }) => {
  const pages: Readonly<Record<string, readonly [path: string, content: string]>> = {
    Overview: ['/', '.figure'],
    Tenants: ['/tenants', 'tbody tr'],
    Tenant: [`/tenants/${tenantId}`, '.meter'],
    Pipelines: [`/tenants/${tenantId}/pipelines`, 'tbody tr'],
  };
  const rows: string[][] = [];
  for (const [name, [path, content]] of Object.entries(pages)) {
    const found: { readonly title: number; readonly content: number }[] = [];
    for (let load = 0; load < loads; load++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(namesNothing);
      await page.addInitScript(noteFrames, content);
      await page.goto(url + path);
      await page.waitForFunction(() => Reflect.has(globalThis, 'contentMs'));
      found.push(
        await page.evaluate(() => {
          const [{ responseEnd = 0 } = {}] = performance
            .getEntriesByType('navigation')
            .map((entry) => entry.toJSON());
          const since = (mark: string): number => Number(Reflect.get(globalThis, mark)) - Number(responseEnd);
          return { title: since('titleMs'), content: since('contentMs') };
        }),
      );
      await context.close();
    }
    const shown = (part: 'title' | 'content') =>
      Math.round(median(found.map((each) => each[part]))).toString();
    rows.push([name, shown('title'), shown('content')]);
  }
  printTable(
    `From the HTML's end to the frame that shows it (ms, medians of ${loads}, nothing cached)`,
    ['page', 'its title', 'its content'],
    rows,
  );
};

/** In the page, before anything else: notes the first frames that have the title and the content. */
function noteFrames(content: string): void {
  const look = (now: number) => {
    if (!Reflect.has(globalThis, 'titleMs') && document.querySelector('main h1') !== null)
      Reflect.set(globalThis, 'titleMs', now);
    if (document.querySelector(`main ${content}`) !== null) Reflect.set(globalThis, 'contentMs', now);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
