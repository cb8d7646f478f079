import { median } from '../../bench/support/figures';
import { printTable } from '../../bench/support/table';
import { type ConsolePart, namesNothing } from './console-part';

const loads = 10;
const shownWord = 'The content is there';

const stages = ['script', 'identity', 'title', 'answers', 'content'] as const;
type Stage = (typeof stages)[number];

/** Until a browser has nothing left to do of what came before, in milliseconds. */
const restMs = 500;

/**
 * From the HTML's last byte to the frame in which a page has its title, and to that in which it has what it is about;
 * and to the ends of what these wait for: the script, who it is that looks, what the page asks for. In a tab that is
 * open and at rest, with nothing cached: what a browser does for a new window takes longer than all of that.
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
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const cache = await context.newCDPSession(page);
    await page.addInitScript(namesNothing);
    await page.addInitScript(noteFrames, { content, shownWord });
    const found: Readonly<Record<Stage, number>>[] = [];
    for (let load = 0; load < loads; load++) {
      await page.goto('about:blank');
      await cache.send('Network.clearBrowserCache');
      await page.waitForTimeout(restMs);
      // The page says itself when it is there: to be asked takes it a fifth of its time.
      const isThere = page.waitForEvent('console', (message) => message.text() === shownWord);
      await page.goto(url + path, { waitUntil: 'commit' });
      await isThere;
      found.push(await page.evaluate(stagesOfPage));
    }
    await context.close();
    const shown = (stage: Stage) => Math.round(median(found.map((each) => each[stage]))).toString();
    rows.push([name, ...stages.map(shown)]);
  }
  printTable(
    `From the HTML's end until there is … (ms, medians of ${loads}, nothing cached)`,
    ['page', 'its script', 'who looks', 'its title', 'all it asked for', 'its content'],
    rows,
  );
};

/** In the page, before anything else: notes the first frames that have the title and the content, and says so. */
function noteFrames({ content, shownWord }: { content: string; shownWord: string }): void {
  const look = (now: number) => {
    if (!Reflect.has(globalThis, 'titleMs') && document.querySelector('#main h1') !== null)
      Reflect.set(globalThis, 'titleMs', now);
    if (document.querySelector(`#main ${content}`) === null) requestAnimationFrame(look);
    else {
      Reflect.set(globalThis, 'contentMs', now);
      console.info(shownWord);
    }
  };
  requestAnimationFrame(look);
}

/** In the page, once it has all. */
function stagesOfPage(): Record<Stage, number> {
  const ends = (type: string, isIt: (name: string) => boolean) =>
    performance
      .getEntriesByType(type)
      .filter(({ name }) => isIt(name))
      .map((entry) => Number(entry.toJSON().responseEnd));
  const contentMs = Number(Reflect.get(globalThis, 'contentMs'));
  const [start = 0] = ends('navigation', () => true);
  const answers = ends('resource', (name) => name.includes('/api/')).filter((end) => end <= contentMs);
  return {
    script: Math.max(...ends('resource', (name) => name.endsWith('.js'))) - start,
    identity: Math.max(...ends('resource', (name) => name.endsWith('/identity'))) - start,
    title: Number(Reflect.get(globalThis, 'titleMs')) - start,
    answers: Math.max(...answers) - start,
    content: contentMs - start,
  };
}
