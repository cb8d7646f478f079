// In short: ./console.test.ts
import type { Page } from 'playwright-core';
import { apiOf, endOfRun, onboard } from '../support/local-cloud';
import { holdBack, inaccessible } from './support/browser';
import { startWaitingApi, type WaitingApi } from './support/console-data';
import { consoleInBrowser, withBrowser } from './support/console-in-browser';

const tenant = 'runs_console';
const report = 'shop/sales/daily_report';
const place = `/tenants/${tenant}`;

/** The step's row of the timeline. */
const stepOf = (page: Page, id: string) => page.getByRole('button', { name: new RegExp(`^${id} `) });

withBrowser('Runs and pipelines in the console, in Chromium', () => {
  let waiting: WaitingApi;
  const environment: Record<string, string> = {};
  beforeAll(async () => {
    waiting = await startWaitingApi();
    Object.assign(environment, waiting.environment);
  });
  const inBrowser = consoleInBrowser(environment);
  let apiKey: string;
  const api = () => apiOf(inBrowser.cloud.url, { apiKey });
  beforeAll(async () => {
    apiKey = await onboard(inBrowser.cloud.url, tenant, { max_concurrent_pipelines: 5 });
  });
  afterAll(() => waiting?.close());

  it('try a run before they start it, say what is missing, and show what it has made', async () => {
    const page = await inBrowser.open(`${place}/pipelines?search=nothing+like+it`, { apiKey });
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('link', { name: report }).click();
    await page.getByRole('button', { name: /^Dry run/ }).click();
    await page.getByText('A value is needed.').waitFor();
    await page.getByLabel('day (required)').fill('2026-11-29');
    await page.getByLabel('smallest_amount').fill('much');
    await page.getByRole('button', { name: /^Dry run/ }).click();
    await page.getByText('A decimal number is expected').waitFor();
    await page.getByLabel('smallest_amount').fill('5');
    await page.getByRole('button', { name: /^Dry run/ }).click();
    await page.getByText('It would be admitted').waitFor();
    expect(await page.getByRole('cell', { name: 'build_report query' }).count()).toBe(1);
    expect(await inaccessible(page)).toEqual([]);

    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('button', { name: 'Rerun from the start' }).waitFor();
    await page.getByRole('cell', { name: 'Germany' }).waitFor();
    await page.getByRole('cell', { name: 'at least 10', exact: true }).waitFor();
    await stepOf(page, 'build_report').click();
    await page.getByText('SQL, as the pipeline has it now').click();
    await page.getByText('JOIN countries').waitFor();
    expect(await inaccessible(page)).toEqual([]);

    await page.getByRole('link', { name: 'Start another like it' }).click();
    expect(await page.getByLabel('day (required)').inputValue()).toBe('2026-11-29');
    // While one of the form's buttons is at work, the other does nothing.
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
    const answer = await holdBack(page, 'POST', /dry_run/);
    await page.getByRole('button', { name: /^Dry run/ }).click();
    await page.getByRole('button', { name: 'Start the run' }).dispatchEvent('click');
    answer();
    await page.getByText('It would be admitted').waitFor();
    expect(sent).toEqual([expect.stringContaining('dry_run')]);
  });

  it('watch a run until it ends, and cancel one', async () => {
    const { run_id } = await api().startRun(tenant, 'shop/sales/customers');
    const other = await api().startRun(tenant, 'shop/sales/customers');
    const [page, cancelled] = await Promise.all([
      inBrowser.open(`${place}/runs/${run_id}`, { apiKey }),
      inBrowser.open(`${place}/runs/${other.run_id}`, 'admin'),
    ]);
    await page.getByText('Shown as it happens').waitFor();
    await stepOf(page, 'remember_before').getByText('completed').waitFor();
    expect(await page.getByText('after fetch_customers').count()).toBe(1);

    const flight = await inBrowser.open('/runs', 'admin');
    await flight.getByRole('link', { name: 'In flight' }).click();
    await flight.getByRole('link', { name: other.run_id.slice(0, 8) }).waitFor();
    await flight.getByText('2 running, 0 waiting').waitFor();
    expect(await inaccessible(flight)).toEqual([]);

    await cancelled.getByRole('button', { name: 'Cancel run …' }).click();
    await cancelled.getByRole('button', { name: 'Let it run' }).click();
    await cancelled.getByRole('button', { name: 'Cancel run …' }).click();
    await cancelled.getByRole('button', { name: 'Cancel the run' }).click();
    await cancelled.getByText('It was cancelled').waitFor();

    // Where its jobs are, admins are told. Google's console has nothing of a local cloud.
    const job = `tp_${other.run_id}`;
    await stepOf(cancelled, 'remember_before').click();
    const attempt = cancelled.getByRole('row', { name: /^1 completed/ });
    await attempt.getByText(job).waitFor();
    await attempt.getByRole('button', { name: 'Copy: Job of attempt 1' }).waitFor();
    expect(await attempt.getByRole('link').count()).toBe(0);
    expect(await inaccessible(cancelled)).toEqual([]);
    await stepOf(page, 'remember_before').click();
    await page.getByText('Began', { exact: true }).first().waitFor();
    expect(await page.getByText('BigQuery job').count()).toBe(0);

    waiting.answer();
    await stepOf(page, 'count_customers').getByText('completed').waitFor();
    await page.getByRole('cell', { name: 'DE' }).waitFor();
    expect(await page.getByText('Shown as it happens').count()).toBe(0);
    await flight.getByText('Nothing runs or waits now.').waitFor();
  });

  it('tell why a run failed, and go on after what it has done', async () => {
    const { run_id } = await api().startRun(tenant, 'shop/sales/strict_report');
    await endOfRun(inBrowser.cloud.url, apiKey, run_id);
    const page = await inBrowser.open(`${place}/runs?status=FAILED`, { apiKey });
    await page.getByRole('link', { name: run_id.slice(0, 8) }).click();
    await page.getByText('It failed in the step check_report: check_failed').waitFor();
    const failing = page.getByRole('row', { name: /one_row_per_country/ });
    expect(await failing.getByRole('cell').allInnerTexts()).toEqual(
      expect.arrayContaining(['each (country) once', '2 rows sharing their key']),
    );
    await page.getByText('Not begun, by the pipeline as it is now: publish_report').waitFor();
    expect(await inaccessible(page)).toEqual([]);

    // On a narrow screen, too, each cell has the head of its column: none of them is left out.
    await page.setViewportSize({ width: 360, height: 740 });
    const checks = page.getByRole('table', { name: /^Checks/ }).first();
    const heads = await checks.getByRole('columnheader').count();
    const rows = await checks.getByRole('row').all();
    const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').count()));
    expect(cells).toEqual(cells.map(() => heads));
    await page.setViewportSize({ width: 1280, height: 800 });

    await page.getByRole('button', { name: 'Resume at check_report' }).click();
    await page.getByText('done by the run before').waitFor();
    await page.getByText('It failed in the step check_report').waitFor();
    expect(page.url()).not.toContain(run_id);
    await page
      .getByRole('link', { name: run_id.slice(0, 8) })
      .first()
      .click();
    await page.getByText('Done again by').waitFor();
    expect(page.url()).toContain(run_id);
  });

  it('have all that match done again, with its progress; and the address says which', async () => {
    const page = await inBrowser.open(`${place}/runs`, { apiKey });
    await page.getByLabel('Status').selectOption('FAILED');
    await page.getByRole('button', { name: 'Rerun all …' }).click();
    await page.getByText(`Meant are failed runs of ${tenant}`).waitFor();
    await page.getByRole('button', { name: 'Rerun them' }).click();
    await page.getByText('Doing runs again').waitFor();
    await page.getByText('1 of 1 done').or(page.getByText('0 of 1 done, 1 failed')).waitFor();
    const address = new URL(page.url()).searchParams;
    expect([address.get('status'), address.get('operation')]).toEqual([
      'FAILED',
      expect.stringMatching(/^op_/),
    ]);
    expect(await inaccessible(page)).toEqual([]);
    expect(await page.getByRole('button', { name: 'Cancel all …' }).isDisabled()).toBe(true);

    const seen = await inBrowser.open(`/operations?tenant=${tenant}`, 'admin');
    await seen.getByRole('heading', { name: 'Doing runs again' }).waitFor();
    expect(await inaccessible(seen)).toEqual([]);
  });
});
