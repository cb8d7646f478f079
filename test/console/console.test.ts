import { writeSamples } from '../../local/tools/sample/write-samples';
import { adminKey, onboard } from '../support/local-cloud';
import { inaccessible } from './support/browser';
import { consoleInBrowser, withBrowser } from './support/console-in-browser';

/** The short form of the long suites beside it: the way that everybody goes first. */
withBrowser('The console, in Chromium', () => {
  const inBrowser = consoleInBrowser();
  beforeAll(() => {
    // As the first npm start does.
    writeSamples(inBrowser.cloud.dataDirectory);
  });

  it('leads from no tenant to the first result in four clicks, and then shows the whole', async () => {
    const page = await inBrowser.open('/', 'admin');
    await page.getByRole('heading', { name: 'Welcome', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Onboard' }).click();
    const key = await page.getByLabel('API key').inputValue();
    expect(key).toMatch(/^demo_api_\w{30}$/);
    await page.getByRole('link', { name: 'Go to the sample' }).click();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByText('completed').first().waitFor();
    await page.getByRole('cell', { name: 'AWS' }).first().waitFor();
    expect(await inaccessible(page)).toEqual([]);
    expect(page.url()).toMatch(/\/tenants\/demo\/runs\/[0-9a-f-]{36}$/);

    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Tenants nearest their quotas' }).waitFor();
    await page.getByRole('link', { name: 'demo', exact: true }).first().waitFor();
    expect(await page.content()).not.toContain(key);
  });

  it('lets an admin in, at the address that was asked for, and keeps the key out of it', async () => {
    const page = await inBrowser.open('/tenants', 'nobody');
    await page.getByLabel('Sign in with').selectOption('admin');
    await page.getByLabel(/^Admin key/).fill(adminKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Tenants', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/tenants');
    expect(page.url() + (await page.title())).not.toContain(adminKey);
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0);
  });

  it('shows nothing of other tenants and of operators to a tenant, not even its own under their names', async () => {
    const apiKey = await onboard(inBrowser.cloud.url, 'not_demo');
    for (const path of ['/tenants/demo/runs', '/usage']) {
      const page = await inBrowser.open(path, { apiKey });
      await page.getByRole('heading', { name: 'This page is not yours', level: 1 }).waitFor();
      expect(await page.getByRole('table').count()).toBe(0);
      await page.context().close();
    }
  });
});
