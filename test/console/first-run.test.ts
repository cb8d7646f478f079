import { readFileSync } from 'node:fs';
import { writeSamples } from '../../local/tools/sample/write-samples';
import { inaccessible } from './support/browser';
import { consoleInBrowser, withBrowser } from './support/console-in-browser';

withBrowser('The console of a new deployment, in Chromium', () => {
  const inBrowser = consoleInBrowser();
  beforeAll(() => {
    // As the first npm start does.
    writeSamples(inBrowser.cloud.dataDirectory);
  });

  it('leads from no tenant to the first result in four clicks, and then shows the whole', async () => {
    const page = await inBrowser.open('/', 'admin');
    await page.getByRole('heading', { name: 'Welcome', level: 1 }).waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('button', { name: 'Onboard' }).click();
    const key = await page.getByLabel('API key').inputValue();
    expect(key).toMatch(/^demo_api_\w{30}$/);
    await page.getByRole('link', { name: 'Go to the sample' }).click();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByText('completed').first().waitFor();
    await page.getByRole('cell', { name: 'AWS' }).first().waitFor();
    expect(page.url()).toMatch(/\/tenants\/demo\/runs\/[0-9a-f-]{36}$/);
    expect(await inaccessible(page)).toEqual([]);

    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { name: 'Tenants nearest their quotas' }).waitFor();
    await page.getByRole('link', { name: 'demo', exact: true }).first().waitFor();
    expect(await inaccessible(page)).toEqual([]);
    expect(await page.content()).not.toContain(key);
  });

  it('tells what was used and what it cost, and has it downloaded', async () => {
    const page = await inBrowser.open('/usage', 'admin');
    await page.getByRole('link', { name: 'demo' }).waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'FOCUS 1.2' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^billing-\d{4}-\d{2}\.focus\.csv$/);
    expect(readFileSync(await download.path(), 'utf8')).toContain('demo');
    await page.getByLabel('By', { exact: true }).selectOption('pipeline');
    await page.getByRole('cell', { name: 'focus/billing/daily_costs' }).waitFor();
    expect(page.url()).toContain('by=pipeline');
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('link', { name: 'demo' }).first().click();
    await page.getByText('Runs by day, as a table').click();
    await page.getByRole('cell', { name: '1', exact: true }).first().waitFor();
    expect(await inaccessible(page)).toEqual([]);
  });
});
