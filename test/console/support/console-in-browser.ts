import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { adminKey, startTestCloud, type TestCloud } from '../../support/local-cloud';
import { type ConsolePage, executablePath, openConsole, type SignedIn, startBrowser } from './browser';
import { consoleSchemas } from './console-data';

export { inaccessible } from './browser';

if (executablePath === undefined) console.warn('Skipped: there is no Chromium on this machine');

/** `describe`, for suites that need a browser: skipped where there is none. */
export const withBrowser = executablePath === undefined ? describe.skip : describe;

export interface ConsoleInBrowser {
  readonly cloud: TestCloud;
  /** Opens `path`; what is wrong with the page when the test ends fails it. */
  readonly open: (path: string, as: SignedIn, options?: BrowserContextOptions) => Promise<Page>;
  /** In this test such a problem of a page is right. */
  readonly expectProblem: (expected: RegExp) => void;
}

/**
 * To be called in a `withBrowser`: one cloud and one browser for its tests. The cloud asks admins for `adminKey`, and
 * has the pipelines of `console-data.ts`.
 * @param environment of the cloud
 */
export function consoleInBrowser(environment: Readonly<Record<string, string>> = {}): ConsoleInBrowser {
  let cloud: TestCloud;
  let browser: Browser;
  const schemas = consoleSchemas();
  const opened: ConsolePage[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    [cloud, browser] = await Promise.all([
      startTestCloud({ ADMIN_API_KEY: adminKey, ...environment }, schemas.directory),
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
    schemas.remove();
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
