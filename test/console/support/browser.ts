import { existsSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { adminKey } from '../../support/local-cloud';

/** Where Chromium is; undefined where there is none. */
export const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);

/** A busy machine takes its time. */
const patienceMs = 60_000;

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });

/** Who is signed in: nobody, an admin, or whoever has this API key. */
export type SignedIn = 'nobody' | 'admin' | { readonly apiKey: string };

export interface ConsolePage {
  readonly page: Page;
  /** What is wrong with it until now: errors, what its Content-Security-Policy forbids, calls that were answered 5xx, but for 503. */
  readonly problems: readonly string[];
}

/**
 * Opens a page of the console in a window of its own, and resolves once it shows more than that it is loading.
 * @param textSize of the root's font, in percent
 */
export async function openConsole(
  browser: Browser,
  url: string,
  as: SignedIn,
  options: BrowserContextOptions = {},
  textSize?: number,
): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  context.setDefaultTimeout(patienceMs);
  await context.addInitScript(signInOnce, keptKeyOf(as));
  if (textSize !== undefined) await context.addInitScript(enlargeText, textSize);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // The browser tells as of errors: of refusals, which are right where somebody has no key, and of a busy server's
    // wish to be asked again, which the console does.
    const isAnswer = /^Failed to load resource: .* status of (4\d\d|503)/.test(text);
    if (message.type() === 'error' && !isAnswer) problems.push(text);
  });
  page.on('response', (response) => {
    const status = response.status();
    if (status >= 500 && status !== 503) problems.push(`${response.url()} was answered ${status}`);
  });
  await page.goto(url);
  await page.locator('main').first().waitFor();
  return { page, problems };
}

/** As the console keeps a key where it is asked to (console/app/session.ts). */
const keptKeyOf = (as: SignedIn): string | undefined => {
  if (as === 'nobody') return undefined;
  return JSON.stringify(
    as === 'admin' ? { kind: 'admin', key: adminKey } : { kind: 'tenant', key: as.apiKey },
  );
};

/** In the window, before anything else; but not again where it was signed out. */
function signInOnce(kept: string | undefined): void {
  if (kept === undefined || sessionStorage.getItem('was-signed-in') !== null) return;
  sessionStorage.setItem('was-signed-in', 'yes');
  sessionStorage.setItem('tenant-pipelines.key', kept);
}

/** In the window, before anything is drawn: as who has text enlarged in the browser's settings, in percent. */
function enlargeText(size: number): void {
  document.addEventListener('readystatechange', () => {
    document.documentElement.style.fontSize = `${size}%`;
  });
}

/** Holds such calls of the page back until what it resolves to is called. */
export async function holdBack(page: Page, method: 'GET' | 'POST', address: RegExp): Promise<() => void> {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(address, async (route) => {
    if (route.request().method() === method) await isReleased;
    await route.continue();
  });
  return release;
}

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with the page as it is now: the rule, what it says, and where. */
export async function inaccessible(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // The script above has put it there.
    const { run }: typeof import('axe-core') = Reflect.get(globalThis, 'axe');
    const { violations } = await run();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary ?? ''}`),
    );
  });
}
