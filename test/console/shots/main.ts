import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { adminKey, startTestCloud } from '../../support/local-cloud';
import { executablePath, inaccessible, openConsole, type SignedIn, startBrowser } from '../support/browser';
import { type ConsoleData, consoleSchemas, fillConsole, startWaitingApi } from '../support/console-data';
import { contactSheet, type Shot } from './contact-sheet';
import { type ShownPage, shownPages } from './pages';
import { shownStates } from './states';

const help = `npm run console:shots [-- options]

  Takes pictures of every page of the console, light and dark, 1280 and 360 px wide, zoomed to 200 %, and with text of
  twice its size, and writes them with an index.html to look at. The pages are listed in test/console/shots/pages.ts,
  their dialogs and states in states.ts beside it.

  --only NAME   only this page (may be repeated)
  --as VARIANT  only so, such as 'dark 360', 'zoomed' or 'large text' (may be repeated)
  --out DIR     where to (default .data/console-shots)
  --no-axe      does not ask axe-core, which takes as long as the pictures
`;

interface Variant {
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
  /** How many of the screen's pixels are one of the page's: what zooming changes. */
  readonly zoom?: number;
  /** Of the root's font, in percent: what those change who have text alone enlarged. */
  readonly textSize?: number;
}

const allVariants: readonly Variant[] = [
  ...(['light', 'dark'] as const).flatMap((colorScheme) =>
    [1280, 360].map((width) => ({ name: `${colorScheme} ${width}`, colorScheme, width, height: 800 })),
  ),
  { name: 'zoomed', colorScheme: 'light', width: 640, height: 400, zoom: 2 },
  { name: 'large text', colorScheme: 'dark', width: 1280, height: 800, textSize: 200 },
];
const allPages = [...shownPages, ...shownStates];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      as: { type: 'string', multiple: true },
      out: { type: 'string', default: join(__dirname, '../../../.data/console-shots') },
      'no-axe': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(help);
  if (executablePath === undefined) throw new Error('There is no Chromium on this machine');
  const pages = allPages.filter(({ name }) => values.only?.includes(name) ?? true);
  const unknown = values.only?.filter((name) => !allPages.some((page) => page.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`There are no such pages: ${unknown.join(', ')}`);

  const variants = allVariants.filter(({ name }) => values.as?.includes(name) ?? true);

  console.log('Starting a cloud, and filling it with tenants and runs …');
  const schemas = consoleSchemas();
  const api = await startWaitingApi();
  const cloud = await startTestCloud({ ADMIN_API_KEY: adminKey, ...api.environment }, schemas.directory);
  const browser = await startBrowser();
  try {
    const data = await fillConsole(cloud);
    const out = resolve(values.out);
    if (values.only === undefined && values.as === undefined) rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    const shots: Shot[] = [];
    for (const shown of pages) {
      for (const variant of variants) {
        const taking = { url: cloud.url, data, out, hasAxe: !values['no-axe'] };
        const shot = await take(browser, shown, variant, taking);
        shots.push(shot);
        console.log(`${shown.name.padEnd(20)} ${variant.name.padEnd(10)} ${summaryOf(shot)}`);
      }
    }
    const names = variants.map(({ name }) => name);
    writeFileSync(join(out, 'index.html'), contactSheet(shots, names));
    console.log(`\n${shots.length} pictures. Look at ${relative('.', join(out, 'index.html'))}`);
  } finally {
    api.answer();
    await browser.close();
    await cloud.close();
    api.close();
    schemas.remove();
  }
}

const summaryOf = ({ problems }: Shot): string =>
  problems.length === 0 ? 'ok' : problems.map((problem) => problem.slice(0, 200)).join('\n    ');

interface Taking {
  readonly url: string;
  readonly data: ConsoleData;
  readonly out: string;
  readonly hasAxe: boolean;
}

async function take(
  browser: Browser,
  { name, path, as, isLoading = false, prepare }: ShownPage,
  { name: variant, colorScheme, width, height, zoom = 1, textSize }: Variant,
  { url, data, out, hasAxe }: Taking,
): Promise<Shot> {
  const who: SignedIn = as === 'tenant' ? { apiKey: data.apiKey } : (as ?? 'admin');
  const { page, problems } = await openConsole(
    browser,
    url + path(data),
    who,
    { viewport: { width, height }, deviceScaleFactor: zoom, colorScheme, reducedMotion: 'reduce' },
    textSize,
  );
  const file = `${name}-${variant.replace(' ', '-')}.png`;
  try {
    await settle(page);
    await prepare?.(page, data);
    if (!isLoading) await settle(page);
    await page.screenshot({ path: join(out, file), fullPage: true });
    const found = [...problems, ...(await tooWide(page)), ...(hasAxe ? await inaccessible(page) : [])];
    return { page: name, variant, file, problems: found };
  } catch (error) {
    return { page: name, variant, file, problems: [...problems, `It was not taken: ${error}`] };
  } finally {
    await page.context().close();
  }
}

/** Until nothing says that it is loading, and the fonts are there. What never ends loading is taken as it is. */
async function settle(page: Page): Promise<void> {
  await page
    .waitForFunction(() => document.querySelector('.waiting, [aria-busy="true"]') === null, null, {
      timeout: 20_000,
    })
    .catch(() => undefined);
  await page.evaluate(async () => {
    await document.fonts.ready;
    // What was drawn by then, uPlot's charts too, is on the screen two frames later.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** What reaches out of the window, so that the page would scroll sideways. */
const tooWide = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const all = [...document.querySelectorAll('body *')];
    const wide = new Set(all.filter((element) => element.getBoundingClientRect().right > clientWidth + 1));
    // What is inside of something that scrolls by itself makes nothing else wider.
    for (const element of all)
      if (getComputedStyle(element).overflowX !== 'visible')
        for (const inside of element.querySelectorAll('*')) wide.delete(inside);
    const widest = [...wide]
      .filter((element) => ![...element.children].some((child) => wide.has(child)))
      .slice(0, 3)
      .map(
        (element) =>
          `${element.tagName.toLowerCase()}.${element.className} “${element.textContent?.slice(0, 40)}”`,
      );
    return [`${scrollWidth - clientWidth} px wider than the window: ${widest.join(', ')}`];
  });

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
