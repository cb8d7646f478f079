import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { functionNames } from '../../local/cloud/function-names';
import { startTestCloud, type TestCloud } from '../support/local-cloud';
import { rawRequest } from '../support/raw-request';

const credentialsSchema = z.object({ token_url: z.url() });
const json = { 'Content-Type': 'application/json' };

describe('The local cloud', () => {
  let cloud: TestCloud;
  const ports = new Map<string, number>();

  beforeAll(async () => {
    cloud = await startTestCloud({ FAILURES_PER_MINUTE: '1' });
    ports
      .set('gateway', Number(new URL(cloud.url).port))
      .set('bigquery', Number(new URL(cloud.bigqueryUrl).port))
      .set('pubsub', Number(cloud.pubsubHost.split(':')[1]));
    const credentials = readFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS ?? '', 'utf8');
    const { token_url } = credentialsSchema.parse(JSON.parse(credentials));
    ports.set('tokens', Number(new URL(token_url).port));
    for (const [name, { port }] of Object.entries(cloud.functions)) ports.set(name, port);
  });
  afterAll(() => cloud?.close());

  const statusOf = async (name: string, headers: Record<string, string>): Promise<number> => {
    const port = ports.get(name) ?? 0;
    const sent = { method: 'POST', path: '/nothing', body: '{}' };
    return (await rawRequest(port, { ...sent, headers: { ...json, ...headers } })).status;
  };

  it.each<Record<string, string>>([
    { Host: 'evil.example' },
    { Host: 'evil.example:8080' },
    { Host: 'localhost.evil.example' },
    { Host: '127.0.0.1.evil.example' },
    { Origin: 'https://evil.example' },
    { Origin: 'http://localhost.evil.example:8080' },
    { Origin: 'null' },
    { Origin: '' },
    { Origin: 'file://localhost' },
  ])('refuses %j at each of its ports: 403', async (headers) => {
    expect(ports.size).toBe(4 + functionNames.length);
    for (const name of ports.keys()) {
      expect([name, await statusOf(name, headers)]).toEqual([name, 403]);
    }
  });

  it.each<Record<string, string>>([
    {},
    { Host: 'localhost:8080' },
    { Host: 'LOCALHOST' },
    { Host: '[::1]:80' },
    { Origin: 'http://localhost:3000' },
    { Origin: 'https://127.0.0.1' },
    { Origin: 'http://[::1]:3000' },
  ])('answers %j', async (headers) => {
    for (const name of ports.keys()) {
      expect([name, await statusOf(name, headers)]).not.toEqual([name, 403]);
    }
  });

  it('limits requests that fail by the address from which they come, whatever they say it is', async () => {
    const statuses: number[] = [];
    for (let times = 0; times < 3; times++) {
      const headers = { 'X-Forwarded-For': `198.51.100.${times}` };
      const port = ports.get('gateway') ?? 0;
      const answer = await rawRequest(port, { method: 'GET', path: '/api/v1/pipelines', headers });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    // One comes back a minute.
    expect(statuses).toContain(429);
  });

  it('lets no web page of another site onboard a tenant', async () => {
    const onboarding = JSON.stringify({ tenant_id: 'planted', company_name: 'Planted' });
    for (const headers of [{ ...json, Origin: 'https://evil.example' }, { 'Content-Type': 'text/plain' }]) {
      const path = '/api/v1/customers/onboard';
      const port = ports.get('gateway') ?? 0;
      const answer = await rawRequest(port, { method: 'POST', path, headers, body: onboarding });
      expect([403, 415]).toContain(answer.status);
    }
    const datasets = (await cloud.bigquery.getDatasets())[0].map(({ id }) => id);
    expect(datasets).not.toContain('planted');
  });
});
