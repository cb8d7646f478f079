// In short: ./console.test.ts
import { readFileSync } from 'node:fs';
import { apiOf, endOfRun, onboard } from '../support/local-cloud';
import { inaccessible } from './support/browser';
import { consoleInBrowser, withBrowser } from './support/console-in-browser';

withBrowser('The console, in Chromium', () => {
  const inBrowser = consoleInBrowser();
  let apiKey: string;
  beforeAll(async () => {
    apiKey = await onboard(inBrowser.cloud.url, 'signing_in');
    const { run_id } = await apiOf(inBrowser.cloud.url, { apiKey }).startRun(
      'signing_in',
      'gcp/example/dryrun',
    );
    await endOfRun(inBrowser.cloud.url, apiKey, run_id);
  });

  it('asks for a key, without which it shows nothing', async () => {
    const page = await inBrowser.open('/tenants?status=suspended', 'nobody');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await inaccessible(page)).toEqual([]);
  });

  it('says so where the key is nobody’s', async () => {
    const page = await inBrowser.open('/', 'nobody');
    await page.getByLabel(/^API key/).fill('signing_in_api_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it('lets a tenant in, who has its own pages only', async () => {
    const page = await inBrowser.open('/', { apiKey });
    await page.getByRole('navigation').first().waitFor();
    expect(await page.getByRole('link', { name: 'Tenants', exact: true }).count()).toBe(0);
    expect(await inaccessible(page)).toEqual([]);
  });

  it('lets nothing run that is not its own', async () => {
    inBrowser.expectProblem(/Content Security Policy/);
    const page = await inBrowser.open('/', 'nobody');
    const forbidden = page.waitForEvent('console', (message) =>
      /Content Security Policy/.test(message.text()),
    );
    const isRun = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.head.append(script);
      return document.title === 'run';
    });
    await forbidden;
    expect(isRun).toBe(false);
  });

  it('shows nothing of other tenants and of operators to a tenant, not even its own under their names', async () => {
    for (const path of ['/tenants/demo/runs', '/tenants/demo', '/usage', '/tenants']) {
      const page = await inBrowser.open(path, { apiKey });
      await page.getByRole('heading', { name: 'This page is not yours', level: 1 }).waitFor();
      expect(await page.getByRole('table').count()).toBe(0);
      await page.context().close();
    }
  });

  it('says so while the server cannot be reached, and goes on when it can', async () => {
    const page = await inBrowser.open('/tenants/signing_in/keys', { apiKey });
    await page.getByRole('cell', { name: 'onboarding' }).first().waitFor();
    inBrowser.expectProblem(/ERR_INTERNET_DISCONNECTED/);
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Webhooks' }).first().click();
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
    await page.context().setOffline(false);
    await page
      .getByText(/^No address gets/)
      .first()
      .waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('tells what was used and what it cost, and has it downloaded', async () => {
    const page = await inBrowser.open('/usage', 'admin');
    await page.getByRole('link', { name: 'signing_in' }).waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'FOCUS 1.2' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^billing-\d{4}-\d{2}\.focus\.csv$/);
    expect(readFileSync(await download.path(), 'utf8')).toContain('signing_in');
    await page.getByLabel('By', { exact: true }).selectOption('pipeline');
    await page.getByRole('cell', { name: 'gcp/example/dryrun' }).waitFor();
    expect(page.url()).toContain('by=pipeline');
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('link', { name: 'signing_in' }).first().click();
    await page.getByText('Runs by day, as a table').click();
    await page.getByRole('cell', { name: '1', exact: true }).first().waitFor();
    expect(await inaccessible(page)).toEqual([]);
  });
});
