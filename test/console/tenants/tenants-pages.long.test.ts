// In short: ../console.test.ts
import { adminKey, apiOf, onboard } from '../../support/local-cloud';
import { inaccessible } from '../support/browser';
import { consoleInBrowser, withBrowser } from '../support/console-in-browser';

withBrowser('Further pages of tenants, in Chromium', () => {
  const inBrowser = consoleInBrowser({ WEBHOOK_SECRET: 'a secret of the deployment, for tests only' });
  const tenant = 'acme_001';
  let apiKey: string;
  beforeAll(async () => {
    const { url } = inBrowser.cloud;
    apiKey = await onboard(url, tenant, {
      company_name: 'Acme',
      subscription_tier: 'FREE',
      max_pipelines_per_month: 10,
    });
    await onboard(url, 'blue_harbour', { company_name: 'Blue', subscription_tier: 'STARTER' });
  });

  const onlyWebhook = async () => {
    const api = apiOf(inBrowser.cloud.url, { apiKey });
    const { webhooks } = await api.call('listWebhooks', { path: { tenant } });
    return { api, webhook_id: webhooks[0]?.webhook_id ?? '' };
  };

  it('list tenants by what the address says, which survives a reload', async () => {
    const page = await inBrowser.open('/tenants', 'admin');
    const names = () => page.locator('tbody a').allTextContents();
    await page.getByRole('link', { name: tenant }).waitFor();
    await page.getByLabel('Tier').selectOption('STARTER');
    await page.getByRole('link', { name: tenant }).waitFor({ state: 'detached' });
    expect(await names()).toEqual(['blue_harbour']);
    await page.reload();
    await page.getByRole('link', { name: 'blue_harbour' }).waitFor();
    expect(await names()).toEqual(['blue_harbour']);
    await page.getByLabel('Tier').selectOption('');
    await page.getByRole('button', { name: /^Tenant/ }).click();
    await page.getByRole('button', { name: /^Tenant/ }).click();
    await page.locator('th[aria-sort=descending]').waitFor();
    await page.locator('tbody tr:first-child a', { hasText: 'blue_harbour' }).waitFor();
    expect(new URL(page.url()).search).toBe('?sort=name&order=desc');
    await page.keyboard.press('/');
    await page.keyboard.type('nobody at all');
    await page.getByText('No tenant matches.').waitFor();
    await page.getByRole('link', { name: 'Show all tenants' }).click();
    await page.getByRole('link', { name: tenant }).waitFor();
  });

  it('suspend a tenant with a reason, tell it, and activate it again', async () => {
    const page = await inBrowser.open('/tenants/blue_harbour', 'admin');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByLabel(/^Reason/).fill('The invoice is open.');
    await page.getByLabel('What the tenant is told').fill('Please call us.');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Suspended: no run starts').waitFor();
    await page.getByText('The tenant is told: Please call us.').waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('button', { name: 'Activate it again' }).click();
    await page.getByRole('button', { name: 'Suspend' }).waitFor();
  });

  it('change a profile, and take a contact away', async () => {
    const page = await inBrowser.open(`/tenants/${tenant}`, 'admin');
    await page.getByRole('button', { name: 'Change the profile' }).click();
    await page.getByLabel(/^Company/).fill('Acme & Co.');
    await page.getByLabel('Contact').fill('');
    await page.getByLabel('Notes').fill('Pays by invoice.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Acme & Co.' }).waitFor();
    await page.getByText('Pays by invoice.').waitFor();
  });

  it('make a webhook, show its secret once, test it, pause it, and delete it', async () => {
    const page = await inBrowser.open(`/tenants/${tenant}/webhooks`, { apiKey });
    await page.getByRole('button', { name: 'Make a webhook' }).click();
    await page.getByLabel(/^Address/).fill('http://hooks.acme.example/events');
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    await page.locator('[aria-invalid=true]').waitFor();
    await page.getByLabel(/^Address/).fill('https://hooks.acme.example/events');
    await page.getByRole('checkbox', { name: 'run.settled' }).check();
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    const secret = await page.getByLabel('Signing secret').inputValue();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('webhook.test is on its way').waitFor();
    expect(await inaccessible(page)).toEqual([]);
    const { api, webhook_id } = await onlyWebhook();
    await api.call('changeWebhook', { path: { tenant, webhook_id }, body: { description: 'Of the till.' } });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Somebody else has changed this webhook meanwhile').waitFor();
    await page.getByRole('button', { name: 'Begin again with what is so now' }).click();
    await page.getByText('Of the till.').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('It is paused').waitFor();
    await api.call('changeWebhook', { path: { tenant, webhook_id }, body: { description: 'Of all tills.' } });
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Somebody else has changed this webhook meanwhile').waitFor();
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('button', { name: 'Begin again with what is so now' }).click();
    await page.getByText('Of all tills.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No address gets this tenant’s events yet.').waitFor();
  });

  it('schedule a pipeline from its page, with parameters that follow the planned time', async () => {
    const page = await inBrowser.open(`/tenants/${tenant}/pipelines/shop/sales/daily_report`, { apiKey });
    await page.getByRole('link', { name: 'Schedule it' }).click();
    const day = page.getByRole('dialog').getByLabel(/^day/);
    const save = page.getByRole('button', { name: 'Make the schedule' });
    await day.fill('yesterday');
    expect([await day.getAttribute('aria-invalid'), await save.isDisabled()]).toEqual(['true', true]);
    await day.fill('{{ previous_date }}');
    await save.click();
    await page.getByText('"day": "{{ previous_date }}"').waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const change = page.getByRole('dialog', { name: 'Change the schedule' });
    expect(await change.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await change.getByLabel(/^day/).fill('{{ scheduled_date }}');
    expect(await inaccessible(page)).toEqual([]);
    await change.getByRole('button', { name: 'Save' }).click();
    await page.getByText('"day": "{{ scheduled_date }}"').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing runs by itself yet.').waitFor();
  });

  it('make a schedule, say what is refused, show its next times, pause it, and delete it', async () => {
    const page = await inBrowser.open(`/tenants/${tenant}/schedules?make=yes`, { apiKey });
    await page.getByLabel('Pipeline').selectOption('gcp/example/dryrun');
    await page.getByLabel(/^Cron/).fill('61 6 * * *');
    await page.getByRole('button', { name: 'Make the schedule' }).click();
    await page.locator('[aria-invalid=true]').waitFor();
    expect(await page.getByLabel(/^Cron/).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel(/^Cron/).fill('30 6 * * *');
    await page.getByRole('button', { name: 'Make the schedule' }).click();
    await page.getByRole('heading', { name: 'Next times' }).waitFor();
    expect(await page.locator('.next-times li').count()).toBe(5);
    expect(await inaccessible(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('None before it is resumed.').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing runs by itself yet.').waitFor();
  });

  it('tell who changed what from what to what, to an admin and to the tenant', async () => {
    await apiOf(inBrowser.cloud.url, { adminKey }).call('changeQuotas', {
      path: { tenant },
      body: { max_pipelines_per_month: 25 },
    });
    for (const [path, as] of [
      ['/audit?action=changeQuotas', 'admin'],
      [`/tenants/${tenant}/audit?action=changeQuotas`, { apiKey }],
    ] as const) {
      const page = await inBrowser.open(path, as);
      const row = page.getByRole('row', { name: /Changed tier or quotas/ });
      await row.waitFor();
      expect(await row.locator('del').textContent()).toBe('10');
      expect(await row.locator('ins').textContent()).toBe('25');
      expect(await inaccessible(page)).toEqual([]);
    }
  });

  it('offer nothing to a key that may only read, and say what it takes', async () => {
    const reader = await apiOf(inBrowser.cloud.url, { apiKey }).call('makeApiKey', {
      path: { tenant },
      body: { scopes: ['read'] },
    });
    const page = await inBrowser.open(`/tenants/${tenant}/keys`, { apiKey: reader.api_key });
    await page.getByText('Your key may not see keys').waitFor();
    await page
      .getByRole('navigation', { name: `Pages of ${tenant}` })
      .getByRole('link', { name: 'Webhooks' })
      .click();
    await page.getByText('Your key may not see webhooks').waitFor();
    expect(await page.getByRole('button', { name: 'Make a webhook' }).count()).toBe(0);
    await page
      .getByRole('navigation', { name: `Pages of ${tenant}` })
      .getByRole('link', { name: 'Tenant' })
      .click();
    await page.getByRole('heading', { name: 'Quotas' }).waitFor();
    const buttons = page.getByRole('main').getByRole('button', { name: /Change|Suspend|Offboard/ });
    expect(await buttons.count()).toBe(0);
  });

  it('offboard a tenant only by its name, and bring it back', async () => {
    await onboard(inBrowser.cloud.url, 'leaving_soon');
    const watching = await inBrowser.open('/tenants/leaving_soon', 'admin');
    await watching.getByRole('heading', { name: 'Quotas' }).waitFor();
    const page = await inBrowser.open('/tenants/leaving_soon', 'admin');
    await page.getByRole('button', { name: 'Offboard' }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Offboard' });
    await page.getByLabel(/^Type leaving_soon/).fill('leaving');
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/^Type leaving_soon/).fill('leaving_soon');
    await page.getByLabel(/^Cancel runs in flight/).check();
    await confirm.click();
    await page.getByText('leaving_soon is offboarded').waitFor();
    // As when its tab is looked at again.
    await watching.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await watching.getByRole('button', { name: 'Restore leaving_soon' }).waitFor();
    await page.getByRole('link', { name: 'Back to the tenants' }).click();
    await page.getByRole('heading', { name: 'Tenants', level: 1 }).waitFor();
    await page.goto(`${inBrowser.cloud.url}/tenants/leaving_soon`);
    await page.getByRole('button', { name: 'Restore leaving_soon' }).click();
    await page.getByText('Suspended: no run starts').waitFor();
  });
});
