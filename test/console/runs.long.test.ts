// In short: ./console.test.ts
import { adminKey, apiOf, endOfRun, onboard } from '../support/local-cloud';
import { inaccessible } from './support/browser';
import { consoleInBrowser, withBrowser } from './support/console-in-browser';

const tenant = 'runs_at_length';
const report = 'shop/sales/daily_report';
const place = `/tenants/${tenant}`;

withBrowser('Runs and pipelines in the console, at length, in Chromium', () => {
  const inBrowser = consoleInBrowser();
  let apiKey: string;
  const api = () => apiOf(inBrowser.cloud.url, { apiKey });
  beforeAll(async () => {
    apiKey = await onboard(inBrowser.cloud.url, tenant, { max_concurrent_pipelines: 5 });
    const { run_id } = await api().startRun(tenant, report, { parameters: { day: '2026-11-28' } });
    await endOfRun(inBrowser.cloud.url, apiKey, run_id);
  });

  it('backfill dates that are typed in', async () => {
    const page = await inBrowser.open(`${place}/pipelines/${report}`, { apiKey });
    await page.getByRole('button', { name: 'Backfill …' }).click();
    await page.getByLabel('First date').fill('2026-11-01');
    await page.getByLabel('Last date').fill('2026-11-02');
    await page.getByText('That makes 2 runs.').waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start 2 runs' }).click();
    await page.getByText('2 of 2 done').waitFor();
  });

  it('ask an admin for a key of the tenant where it takes one, and not twice', async () => {
    const page = await inBrowser.open(`${place}/pipelines/shop/sales/strict_report`, 'admin');
    await page.getByRole('button', { name: /^Dry run/ }).click();
    await page.getByLabel(`API key of ${tenant}`).fill(adminKey);
    await page.getByText(`Keys of this tenant begin with ${tenant}_api_`).waitFor();
    await page.getByLabel(`API key of ${tenant}`).fill(apiKey);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('It would be admitted').waitFor();
    await page.getByRole('button', { name: /^Dry run/ }).click();
    await page.getByText('It would be admitted').waitFor();
    expect(await page.getByLabel(`API key of ${tenant}`).count()).toBe(0);
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Runs of all tenants' }).waitFor();
    await page.getByRole('link', { name: tenant }).first().waitFor();
    expect(await inaccessible(page)).toEqual([]);
  });

  it('offer a key that may only read nothing that it may not do', async () => {
    const { api_key } = await api().call('makeApiKey', {
      path: { tenant },
      body: { name: 'looks', scopes: ['read'] },
    });
    const page = await inBrowser.open(`${place}/pipelines/${report}`, { apiKey: api_key });
    await page.getByText('Your key has not the scope run').waitFor();
    await page.getByRole('cell', { name: 'completed' }).first().waitFor();
    await page.getByRole('link', { name: 'All its runs' }).click();
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    await page.locator('.long-table').getByRole('link').first().click();
    await page.getByText('Your key has not the scope results').waitFor();
    expect(await page.getByRole('button', { name: /Rerun|Cancel|Resume|Start/ }).count()).toBe(0);
  });

  it('say what there is not, and what keeps them from following', async () => {
    const page = await inBrowser.open(`${place}/runs/no-such-run`, { apiKey });
    await page.getByText("There is no run 'no-such-run'").waitFor();
    const { run_id } = await api().startRun(tenant, report, { parameters: { day: '2026-11-29' } });
    await page.route('**/events?*', (route) => route.abort());
    await page.route('**/events', (route) => route.abort());
    inBrowser.expectProblem(/ERR_FAILED/);
    await page.getByRole('link', { name: 'Runs' }).first().click();
    await page.getByLabel('Go to a run').fill(run_id);
    await page.getByLabel('Go to a run').press('Enter');
    // Without the stream it is asked for again until it is over.
    await page.getByRole('button', { name: 'Rerun from the start' }).waitFor();
  });
});
