import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCloud } from '../../../local/cloud/cloud';
import { adminKey, apiOf, endOfRun, eventually, onboard } from '../../support/local-cloud';

/** The definitions of the tree, with a few pipelines for the console besides (pipelines/). */
export function consoleSchemas(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'tenant-pipelines-console-'));
  cpSync(join(__dirname, '../../../schemas'), directory, { recursive: true });
  cpSync(join(__dirname, 'pipelines'), join(directory, 'pipelines'), { recursive: true });
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export interface WaitingApi {
  /** The cloud's environment, so that `shop/sales/customers` asks here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Answers who waits now, and from now on everybody at once. Until then runs of that pipeline go on and on. */
  readonly answer: () => void;
  readonly close: () => void;
}

export async function startWaitingApi(): Promise<WaitingApi> {
  const waiting = new Set<ServerResponse>();
  let answersNow = false;
  const send = (response: ServerResponse) =>
    response.setHeader('Content-Type', 'application/json').end('[{"customer_id":"c1","country":"DE"}]');
  const server = createServer((_request, response) => {
    if (answersNow) send(response);
    else waiting.add(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      HTTP_STEP_HOSTS: 'api.shop.example',
      HTTP_STEP_LOCAL: `api.shop.example=http://127.0.0.1:${port}`,
    },
    answer() {
      answersNow = true;
      for (const response of waiting) send(response);
      waiting.clear();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export interface ConsoleData {
  /** Of the tenant that has most, and its key. */
  readonly tenant: string;
  readonly apiKey: string;
  readonly completedRun: string;
  readonly failedRun: string;
  /** Its second step waits for the API (startWaitingApi). */
  readonly runningRun: string;
}

/** Fills a cloud: tenants of each kind, and runs that have ended well, have failed, and go on. */
export async function fillConsole({ url }: Pick<LocalCloud, 'url'>): Promise<ConsoleData> {
  const admin = apiOf(url, { adminKey });
  const tenant = 'acme_gmbh';
  const apiKey = await onboard(url, tenant, {
    company_name: 'Acme GmbH & Co. KG, Hamburg',
    contact_email: 'pipelines@acme.example',
    max_pipelines_per_month: 40,
    max_concurrent_pipelines: 3,
  });
  await Promise.all([
    onboard(url, 'globex', {
      company_name: 'Globex',
      subscription_tier: 'ENTERPRISE',
      max_pipelines_per_month: null,
    }),
    onboard(url, 'initech', { company_name: 'Initech', subscription_tier: 'FREE' }),
    onboard(url, 'umbrella_suspended', { company_name: 'Umbrella', subscription_tier: 'PROFESSIONAL' }),
    onboard(url, 'hooli_with_a_rather_long_identifier_2026', {
      company_name: 'Hooli',
      subscription_tier: 'STARTER',
    }),
  ]);
  await admin.call('suspendTenant', {
    path: { tenant: 'umbrella_suspended' },
    body: { reason: 'The invoice of October is not paid.' },
  });

  const api = apiOf(url, { apiKey });
  const start = async (pipeline: string, parameters: Record<string, unknown> = {}): Promise<string> =>
    (await api.startRun(tenant, pipeline, { parameters })).run_id;
  const end = async (runId: string): Promise<string> => {
    await endOfRun(url, apiKey, runId);
    return runId;
  };
  const report = 'shop/sales/daily_report';
  for (const day of ['2026-11-26', '2026-11-27', '2026-11-28']) await end(await start(report, { day }));
  const failedRun = await end(await start('shop/sales/strict_report'));
  const completedRun = await end(await start(report, { day: '2026-11-29', smallest_amount: '5' }));
  await end(await start('focus/billing/daily_costs', { source_uri: 'gs://nowhere/costs.csv' }));
  const runningRun = await start('shop/sales/customers');
  await eventually('a run under way', async () => {
    const { steps = [] } = await api.call('showRun', { path: { run_id: runningRun } });
    return steps.length > 0 ? true : undefined;
  });
  await admin.call('makeSchedule', {
    path: { tenant },
    body: {
      pipeline: report,
      cron: '0 6 * * 1-5',
      time_zone: 'Europe/Berlin',
      parameters: { day: '2026-11-29' },
    },
  });
  await admin.call('makeWebhook', {
    path: { tenant },
    body: {
      url: 'https://hooks.acme.example/pipelines',
      event_types: ['run.settled'],
      description: 'To the ERP',
    },
  });
  await api.call('makeApiKey', { path: { tenant }, body: { name: 'nightly job', scopes: ['run', 'read'] } });
  return { tenant, apiKey, completedRun, failedRun, runningRun };
}
