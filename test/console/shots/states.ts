import type { Page, Route } from 'playwright-core';
import type { ConsoleData } from '../support/console-data';
import type { ShownPage } from './pages';

/** Presses buttons, one after the other. */
const pressing =
  (...names: readonly (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names)
      await page
        .getByRole('button', { name, exact: typeof name === 'string' })
        .first()
        .click();
  };

/** Calls of the interface get no answer, or this one, from when the page is there: it is opened again. */
const answered = (calls: RegExp, act: (route: Route) => Promise<void>) => async (page: Page) => {
  await page.route(calls, act);
  await page.reload();
};
const calls = /\/api\/v1\/(?!identity)/;
const fails = answered(calls, (route) =>
  route.fulfill({
    status: 503,
    contentType: 'application/problem+json',
    headers: { 'Retry-After': '30' },
    body: JSON.stringify({
      type: 'urn:tenant-pipelines:problem:unavailable',
      title: 'Unavailable',
      status: 503,
      detail: 'BigQuery does not answer in time. Nothing was started.',
      code: 'unavailable',
    }),
  }),
);
const hangs = answered(calls, () => new Promise(() => undefined));

const of =
  (page: string) =>
  ({ tenant }: ConsoleData): string =>
    `/tenants/${tenant}${page}`;

/** Dialogs, and what pages look like while they load, where the server is down, and where there is nothing. */
export const shownStates: readonly ShownPage[] = [
  {
    name: 'welcome',
    path: () => '/',
    prepare: answered(/\/api\/v1\/overview/, async (route) => {
      const answer = await (await route.fetch()).json();
      await route.fulfill({
        json: { ...answer, tenants: { ...answer.tenants, active: 0, suspended: 0, read: 0 } },
      });
    }),
  },
  { name: 'overview-loading', path: () => '/', prepare: hangs, isLoading: true },
  { name: 'overview-down', path: () => '/', prepare: fails },
  { name: 'tenants-loading', path: () => '/tenants', prepare: hangs, isLoading: true },
  { name: 'tenants-down', path: () => '/tenants', prepare: fails },
  { name: 'tenants-none-match', path: () => '/tenants?search=nobody' },
  { name: 'all-runs-none-match', path: () => '/runs?code=no_such_code' },
  { name: 'tenant-down', path: of(''), prepare: fails },
  { name: 'tenant-gone', path: () => '/tenants/nobody_knows' },
  { name: 'runs-loading', path: of('/runs'), prepare: hangs, isLoading: true },
  { name: 'runs-down', path: of('/runs'), prepare: fails },
  {
    name: 'run-step-open',
    path: ({ tenant, completedRun }) => `/tenants/${tenant}/runs/${completedRun}`,
    prepare: pressing(/^build_report/),
  },
  {
    name: 'run-cancelling',
    path: ({ tenant, runningRun }) => `/tenants/${tenant}/runs/${runningRun}`,
    prepare: pressing('Cancel run …'),
  },
  { name: 'runs-rerun-all', path: of('/runs'), as: 'tenant', prepare: pressing('Rerun all …') },
  { name: 'shortcuts', path: () => '/', prepare: (page) => page.keyboard.press('?') },
  {
    name: 'menu-open',
    path: of(''),
    prepare: async (page) => {
      const menu = page.getByRole('button', { name: 'Menu' });
      if (await menu.isVisible()) await menu.click();
    },
  },
  { name: 'suspend-asking', path: of(''), prepare: pressing('Suspend') },
  { name: 'profile-changing', path: of(''), prepare: pressing('Change the profile') },
  { name: 'key-rotating', path: of('/keys'), prepare: pressing('Rotate nightly job') },
  { name: 'key-revoking', path: of('/keys'), prepare: pressing('Revoke nightly job') },
  {
    name: 'tenant-key-asking',
    path: of('/pipelines/gcp/example/dryrun'),
    prepare: pressing('Start the run'),
  },
  {
    name: 'webhook',
    path: of('/webhooks'),
    prepare: (page) => page.getByRole('link', { name: 'https://hooks.acme.example/pipelines' }).click(),
  },
  {
    name: 'schedule',
    path: of('/schedules'),
    prepare: (page) => page.getByRole('link', { name: /^0 6/ }).click(),
  },
  {
    name: 'schedule-changing',
    path: of('/schedules'),
    prepare: async (page) => {
      await page.getByRole('link', { name: /^0 6/ }).click();
      await pressing('Change')(page);
    },
  },
  { name: 'usage-of-nobody', path: () => '/tenants/initech/usage' },
  { name: 'webhooks-none', path: () => '/tenants/initech/webhooks' },
  { name: 'schedules-none', path: () => '/tenants/initech/schedules' },
  {
    name: 'sign-in-refused',
    path: () => '/',
    as: 'nobody',
    prepare: async (page) => {
      await page.getByLabel('API key').fill('acme_gmbh_api_0000000000000000000000');
      await pressing('Sign in')(page);
      await page.getByRole('alert').waitFor();
    },
  },
  // These change something: they are taken last.
  {
    name: 'key-made',
    path: () => '/tenants/globex/keys',
    prepare: pressing('Make a key', 'Make the key'),
  },
  {
    name: 'operations-some',
    path: () => '/operations',
    prepare: async (page) => {
      await page.goto(new URL('/tenants/acme_gmbh/runs', page.url()).href);
      await page.getByText('all that match').waitFor();
      // Only the first time something runs.
      const running = page.getByRole('row', { name: /\brunning\b/ });
      if ((await running.count()) > 0) await pressing('Cancel all …', /^Cancel \d+ run/)(page);
      await page.goto(new URL('/operations', page.url()).href);
    },
  },
];
