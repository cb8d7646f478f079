import { existsSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { adminKey, startTestCloud, type TestCloud } from '../../support/local-cloud';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) console.warn('Skipped: there is no Chromium on this machine');

/** `describe`, for suites that need a browser: skipped where there is none. */
export const withBrowser = executablePath === undefined ? describe.skip : describe;

/** A busy machine takes its time. */
const patienceMs = 60_000;

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });

/** Who is signed in: nobody, an admin, or whoever has this API key. */
export type SignedIn = 'nobody' | 'admin' | { readonly apiKey: string };

export interface ConsolePage {
  readonly page: Page;
  /** What is wrong with it until now: errors, what its Content-Security-Policy forbids, calls that were answered 5xx. */
  readonly problems: readonly string[];
}

/** Opens a page of the console in a window of its own, and resolves once it shows more than that it is loading. */
export async function openConsole(
  browser: Browser,
  url: string,
  as: SignedIn,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  context.setDefaultTimeout(patienceMs);
  await context.addInitScript(signInOnce, keptKeyOf(as));
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // Of refusals, which are right where somebody has no key, the browser tells as of errors.
    const isRefusal = /^Failed to load resource: .* status of 4\d\d/.test(text);
    if (message.type() === 'error' && !isRefusal) problems.push(text);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) problems.push(`${response.url()} was answered ${response.status()}`);
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

export interface ConsoleInBrowser {
  readonly cloud: TestCloud;
  /** Opens `path`; what is wrong with the page when the test ends fails it. */
  readonly open: (path: string, as: SignedIn, options?: BrowserContextOptions) => Promise<Page>;
  /** In this test such a problem of a page is right. */
  readonly expectProblem: (expected: RegExp) => void;
}

/**
 * To be called in a `withBrowser`: one cloud and one browser for its tests. The cloud asks admins for `adminKey`.
 * @param environment of the cloud
 */
export function consoleInBrowser(environment: Readonly<Record<string, string>> = {}): ConsoleInBrowser {
  let cloud: TestCloud;
  let browser: Browser;
  const opened: ConsolePage[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    [cloud, browser] = await Promise.all([
      startTestCloud({ ADMIN_API_KEY: adminKey, ...environment }),
      startBrowser(),
    ]);
  });
  afterEach(async () => {
    const all = opened.splice(0);
    await Promise.all(all.map(({ page }) => page.context().close()));
    const wrong = all.flatMap(({ problems }) => problems);
    const right = expected.splice(0);
    expect(wrong.filter((problem) => !right.some((each) => each.test(problem)))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await cloud?.close();
  });

  return {
    get cloud() {
      return cloud;
    },
    async open(path, as, options) {
      const found = await openConsole(browser, cloud.url + path, as, options);
      opened.push(found);
      return found.page;
    },
    expectProblem: (problem) => void expected.push(problem),
  };
}
