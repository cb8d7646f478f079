// In short: ./console.test.ts
import { join } from 'node:path';
import { reloadConsole } from '../../functions/console/console-files';
import { consoleSources } from '../../local/cloud/local-console';
import { buildConsole, writeConsole } from '../../local/tools/build/build-console';
import { shownPages } from './shots/pages';
import { type ConsoleData, fillConsole, startWaitingApi, type WaitingApi } from './support/console-data';
import { consoleInBrowser, inaccessible, withBrowser } from './support/console-in-browser';

/** As it deploys, where its scripts are made smaller than on a developer's machine. */
withBrowser('Every page of the console, as it deploys', () => {
  const environment: Record<string, string> = {};
  let api: WaitingApi;
  beforeAll(async () => {
    api = await startWaitingApi();
    Object.assign(environment, api.environment);
  });
  const inBrowser = consoleInBrowser(environment);
  let data: ConsoleData;
  beforeAll(async () => {
    const { cloud } = inBrowser;
    await cloud.console.ready();
    const built = await buildConsole({ sourceDirectory: consoleSources });
    writeConsole(built, join(cloud.dataDirectory, 'console'), { isCompressed: true });
    reloadConsole();
    data = await fillConsole(cloud);
  });
  afterAll(() => {
    api?.answer();
    api?.close();
  });

  it.each(shownPages.map((shown) => [shown.name, shown] as const))(
    '%s shows itself without an error, and axe-core finds nothing',
    async (_name, { path, as, prepare }) => {
      const who = as === 'tenant' ? { apiKey: data.apiKey } : (as ?? 'admin');
      const page = await inBrowser.open(path(data), who);
      await page.locator('h1').first().waitFor();
      await prepare?.(page, data);
      await page.waitForFunction(() => document.querySelector('.waiting, [aria-busy="true"]') === null);
      expect(await inaccessible(page)).toEqual([]);
    },
  );
});
