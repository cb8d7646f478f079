import { adminKey, onboard } from '../support/local-cloud';
import { consoleInBrowser, inaccessible, withBrowser } from './support/console-in-browser';

withBrowser('The console, in Chromium', () => {
  const inBrowser = consoleInBrowser();
  let apiKey: string;
  beforeAll(async () => {
    apiKey = await onboard(inBrowser.cloud.url, 'signing_in');
  });

  it('asks for a key, without which it shows nothing', async () => {
    const page = await inBrowser.open('/tenants?status=suspended', 'nobody');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await inaccessible(page)).toEqual([]);
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
});
