// In short: ../console.test.ts
import { adminKey, apiOf, eventually, onboard, query } from '../../support/local-cloud';
import { holdBack, inaccessible } from '../support/browser';
import { consoleInBrowser, withBrowser } from '../support/console-in-browser';

withBrowser('The pages of tenants, in Chromium', () => {
  const inBrowser = consoleInBrowser();

  it('onboard a tenant, say beside its field what is refused, and show its key once', async () => {
    const page = await inBrowser.open('/tenants', 'admin');
    await page.getByRole('link', { name: 'Onboard the first tenant' }).click();
    await page.getByLabel(/^Company/).fill('Müller & Söhne');
    const id = page.getByLabel(/^Tenant id/);
    expect(await id.inputValue()).toBe('muller_sohne');
    await id.fill('INFORMATION_SCHEMA');
    await page.getByLabel('Runs a month', { exact: true }).selectOption({ label: 'Its own' });
    await page.getByLabel(/^Runs a month, number/).fill('3');
    await page.getByRole('button', { name: 'Onboard' }).click();
    await eventually('the field that is wrong to get the focus', async () =>
      (await id.evaluate((field) => field === document.activeElement && field.ariaInvalid === 'true'))
        ? true
        : undefined,
    );
    expect(await page.getByRole('alert').count()).toBe(0);
    await id.fill('muller_sohne');
    await page.getByRole('button', { name: 'Onboard' }).click();
    const key = await page.getByLabel('API key of muller_sohne').inputValue();
    expect(key).toMatch(/^muller_sohne_api_/);
    expect(page.url() + (await page.title())).not.toContain(key);
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('link', { name: 'See the tenant' }).click();
    await page.getByText('0 of 3').first().waitFor();
    expect(await page.content()).not.toContain(key);
  });

  it('change a quota where it stands, but not over the head of somebody else', async () => {
    await onboard(inBrowser.cloud.url, 'quota_case', { max_pipelines_per_month: 10 });
    const page = await inBrowser.open('/tenants/quota_case', 'admin');
    const changeMonth = async (text: string) => {
      await page.getByLabel(/^Runs a month, number/).fill(text);
      await page.getByRole('button', { name: 'Save' }).click();
    };
    await page.getByRole('button', { name: 'Change tier or quotas' }).click();
    await apiOf(inBrowser.cloud.url, { adminKey }).call('changeQuotas', {
      path: { tenant: 'quota_case' },
      body: { max_concurrent_pipelines: 7 },
    });
    await changeMonth('20');
    await page.getByText('Somebody else has changed this tenant meanwhile').waitFor();
    await page.getByRole('button', { name: 'Begin again' }).click();
    await eventually('the form to begin again', async () =>
      (await page.getByLabel(/^Runs at once, number/).inputValue()) === '7' ? true : undefined,
    );
    await changeMonth('30');
    await page.getByText('0 of 30').first().waitFor();
    await page.getByText(/^Last changed .* by admin/).waitFor();
    expect(await inaccessible(page)).toEqual([]);
  });

  it('change a schedule, keep or drop what its pipeline takes no more, but not over the head of somebody else', async () => {
    const apiKey = await onboard(inBrowser.cloud.url, 'timed_case');
    const api = apiOf(inBrowser.cloud.url, { apiKey });
    const path = { tenant: 'timed_case' };
    const body = { pipeline: 'gcp/example/dryrun', cron: '0 6 1 1 *', time_zone: 'Etc/UTC' };
    const { schedule_id } = await api.call('makeSchedule', { path, body });
    await query(
      inBrowser.cloud.bigquery,
      'tenant_pipelines',
      `UPDATE schedules SET parameters = '{"old":7}' WHERE schedule_id = @schedule_id`,
      { schedule_id },
    );
    const page = await inBrowser.open(`/tenants/timed_case/schedules?schedule=${schedule_id}`, { apiKey });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const kept = dialog.getByLabel('Keep old: 7');
    expect(await kept.isChecked()).toBe(true);
    await kept.uncheck();
    const place = { path: { ...path, schedule_id } };
    await api.call('pauseSchedule', place);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Somebody else has changed this schedule meanwhile').waitFor();
    expect(await dialog.getByRole('alert').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Begin again' }).click();
    await eventually('the form to begin again', async () => (await kept.isChecked()) || undefined);
    // The button that had the focus is gone: it stays in the dialog.
    await eventually('the dialog’s heading to have the focus', async () =>
      (await page.evaluate(() => document.activeElement?.textContent)) === 'Change the schedule'
        ? true
        : undefined,
    );
    await kept.uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await api.call('showSchedule', place)).toMatchObject({ parameters: {}, state: 'paused' });
  });

  it('let a tenant go on with the key that replaces its own, and sign it out when it revokes that', async () => {
    const apiKey = await onboard(inBrowser.cloud.url, 'key_case');
    const page = await inBrowser.open('/tenants/key_case/keys', { apiKey });
    await page.getByText('you are signed in with it').waitFor();
    await page.getByRole('button', { name: 'Rotate onboarding' }).click();
    await page.getByLabel('The key before still works').selectOption({ label: 'For an hour' });
    const answer = await holdBack(page, 'GET', /\/api-keys/);
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    const replaced = await page.getByLabel(/^API key: /).inputValue();
    expect(replaced).not.toBe(apiKey);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('The key that replaces it');
    // The keys are asked for meanwhile: what comes of it is the same tenant's, and no failure.
    await page.getByRole('button', { name: 'Go on with the new key' }).click();
    await page.getByRole('button', { name: 'Go on with the new key' }).waitFor({ state: 'detached' });
    answer();
    const before = page.getByRole('row', { name: new RegExp(`replaced by …${replaced.slice(-4)}`) });
    await before.or(page.getByRole('alert')).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await before.getByRole('button').allTextContents()).toEqual(['Revoke']);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect(await page.content()).not.toContain(replaced);
    const own = page.getByRole('row', { name: /you are signed in with it/ });
    expect(await own.getByText(`…${replaced.slice(-4)}`).count()).toBe(1);
    expect(await inaccessible(page)).toEqual([]);
    await own.getByRole('button', { name: /^Revoke/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('You have revoked the key that you were signed in with.').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });
});
