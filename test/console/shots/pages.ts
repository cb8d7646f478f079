import type { Page } from 'playwright-core';
import type { ConsoleData } from '../support/console-data';

/** A page of the console, as `npm run console:shots` takes it. */
export interface ShownPage {
  readonly name: string;
  readonly path: (data: ConsoleData) => string;
  /** An admin unless given. */
  readonly as?: 'nobody' | 'tenant';
  /** It never ends loading: that is not waited for. */
  readonly isLoading?: boolean;
  /** What is done there before it is taken, such as opening a dialog. */
  readonly prepare?: (page: Page, data: ConsoleData) => Promise<void>;
}

/** Every page, and every state of one that looks different. Whoever adds a page adds it here. */
export const shownPages: readonly ShownPage[] = [
  { name: 'sign-in', path: () => '/', as: 'nobody' },
  { name: 'overview', path: () => '/' },
  { name: 'tenants', path: () => '/tenants' },
  { name: 'onboard', path: () => '/onboard' },
  { name: 'all-runs', path: () => '/runs' },
  { name: 'in-flight', path: () => '/runs/in-flight' },
  { name: 'all-pipelines', path: () => '/pipelines' },
  { name: 'all-usage', path: () => '/usage' },
  { name: 'operations', path: () => '/operations' },
  { name: 'audit', path: () => '/audit' },
  { name: 'tenant', path: ({ tenant }) => `/tenants/${tenant}` },
  { name: 'tenant-suspended', path: () => '/tenants/umbrella_suspended' },
  { name: 'tenant-empty', path: () => '/tenants/initech' },
  { name: 'tenant-as-itself', path: () => '/', as: 'tenant' },
  { name: 'runs', path: ({ tenant }) => `/tenants/${tenant}/runs` },
  { name: 'runs-none', path: () => '/tenants/initech/runs' },
  { name: 'run-completed', path: ({ tenant, completedRun }) => `/tenants/${tenant}/runs/${completedRun}` },
  { name: 'run-failed', path: ({ tenant, failedRun }) => `/tenants/${tenant}/runs/${failedRun}` },
  { name: 'run-running', path: ({ tenant, runningRun }) => `/tenants/${tenant}/runs/${runningRun}` },
  { name: 'run-unknown', path: ({ tenant }) => `/tenants/${tenant}/runs/no-such-run` },
  {
    name: 'pipelines',
    path: ({ tenant }) => `/tenants/${tenant}/pipelines`,
    prepare: (page) => page.getByRole('cell', { name: '…' }).first().waitFor({ state: 'detached' }),
  },
  { name: 'pipeline', path: ({ tenant }) => `/tenants/${tenant}/pipelines/shop/sales/daily_report` },
  {
    name: 'pipeline-dry-run',
    path: ({ tenant }) => `/tenants/${tenant}/pipelines/shop/sales/daily_report`,
    as: 'tenant',
    prepare: async (page) => {
      await page.getByLabel('day (required)').fill('2026-11-29');
      await page.getByRole('button', { name: /^Dry run/ }).click();
      await page.getByText(/^It would be/).waitFor();
    },
  },
  {
    name: 'backfill',
    path: ({ tenant }) => `/tenants/${tenant}/pipelines/shop/sales/daily_report`,
    as: 'tenant',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Backfill …' }).click();
      await page.getByLabel('First date').fill('2026-11-01');
      await page.getByLabel('Last date').fill('2026-11-29');
      await page.getByText('That makes 29 runs.').waitFor();
    },
  },
  {
    name: 'runs-cancel-all',
    path: ({ tenant }) => `/tenants/${tenant}/runs`,
    prepare: async (page) => {
      await page.getByRole('button', { name: 'Cancel all …' }).click();
      await page.getByText('They stay counted.').waitFor();
    },
  },
  { name: 'usage', path: ({ tenant }) => `/tenants/${tenant}/usage` },
  {
    name: 'quotas-changing',
    path: ({ tenant }) => `/tenants/${tenant}`,
    prepare: (page) => page.getByRole('button', { name: 'Change tier or quotas' }).click(),
  },
  {
    name: 'offboard-asking',
    path: ({ tenant }) => `/tenants/${tenant}`,
    prepare: (page) => page.getByRole('button', { name: 'Offboard' }).click(),
  },
  { name: 'keys', path: ({ tenant }) => `/tenants/${tenant}/keys` },
  {
    name: 'key-making',
    path: ({ tenant }) => `/tenants/${tenant}/keys`,
    prepare: (page) => page.getByRole('button', { name: 'Make a key' }).click(),
  },
  { name: 'webhooks', path: ({ tenant }) => `/tenants/${tenant}/webhooks` },
  {
    name: 'webhook-making',
    path: ({ tenant }) => `/tenants/${tenant}/webhooks`,
    prepare: (page) => page.getByRole('button', { name: 'Make a webhook' }).click(),
  },
  { name: 'schedules', path: ({ tenant }) => `/tenants/${tenant}/schedules` },
  {
    name: 'schedule-making',
    path: ({ tenant }) => `/tenants/${tenant}/schedules?make=yes&pipeline=shop/sales/daily_report`,
  },
  { name: 'tenant-audit', path: ({ tenant }) => `/tenants/${tenant}/audit` },
  { name: 'not-found', path: () => '/no/such/page' },
];
