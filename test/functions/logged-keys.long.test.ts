// In short: ../e2e/first-hour.test.ts
import { createApiKey } from '../../shared/tenants/rules/api-key';
import {
  adminKey,
  asAdmin,
  call,
  endOfRun,
  onboard,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';
import { rawRequest } from '../support/raw-request';
import { captureOutput } from './support/captured-output';
import { at, endpoints, malformedBodies } from './support/endpoints';

// Google's client, without long pauses before it repeats a call.
jest.mock('../../shared/google/bigquery/bigquery-client', () => {
  const { BigQuery }: typeof import('@google-cloud/bigquery') = require('@google-cloud/bigquery');
  const retryOptions = { maxRetryDelay: 0.1 };
  return {
    createBigQuery: () => new BigQuery({ retryOptions }),
    createBigQueryWithoutRetries: () => new BigQuery({ autoRetry: false }),
  };
});

describe('A key in the log of all functions', () => {
  let cloud: TestCloud;
  let captured: ReturnType<typeof captureOutput>;

  beforeAll(async () => {
    captured = captureOutput();
    cloud = await startTestCloud(
      {
        ADMIN_API_KEY: adminKey,
        LOG_SEVERITY: 'DEBUG',
        // Some calls ask a BigQuery that is away, until their time is up.
        ANSWER_WITHIN_SECONDS: '60',
        GOOGLE_CLOUD_PROJECT: 'local',
      },
      undefined,
      { hasOwnServers: true },
    );
  });
  afterAll(async () => {
    await cloud?.close();
    captured.restore();
  });

  it('is never there, whatever was called, right or wrong', async () => {
    const firstKey = await onboard(cloud.url, 'acme');
    const more = async (headers: Record<string, string>) => {
      const { body } = await call(cloud.url, 'POST', '/api/v1/tenants/acme/api-keys', {
        headers,
        body: { name: 'further' },
      });
      return { key: String(body.api_key), id: String(body.api_key_id) };
    };
    const byTenant = await more(withKey(firstKey));
    const revoked = await more(asAdmin);
    await call(cloud.url, 'DELETE', `/api/v1/tenants/acme/api-keys/${revoked.id}`, { headers: asAdmin });
    const keys = [firstKey, revoked.key, createApiKey('nobody')];
    const secrets = [...keys, adminKey];
    const before = captured.text().length;

    const { body: started } = await call(cloud.url, 'POST', '/api/v1/pipelines/run/acme/gcp/example/dryrun', {
      headers: withKey(firstKey),
      body: {},
    });
    await endOfRun(cloud.url, firstKey, started.run_id);
    const send = (method: string, path: string, headers: Record<string, string>, body?: string | Buffer) =>
      rawRequest(Number(new URL(cloud.url).port), { method, path, headers, body });
    const shrug = async (answer: Promise<{ status: number }>) => {
      expect((await answer).status).toBeLessThan(500);
    };
    for (const secret of secrets) {
      for (const endpoint of endpoints.filter(({ method }) => method !== 'DELETE')) {
        const path = at(endpoint, 'acme');
        const body = endpoint.body === undefined ? undefined : JSON.stringify(endpoint.body);
        const everywhere = {
          'User-Agent': secret,
          Referer: `https://x/${secret}`,
          'X-Forwarded-For': secret,
        };
        // In the right header and a wrong one, in the query, in the path, plain and encoded, and in every
        // place of the body.
        await Promise.all([
          shrug(send(endpoint.method, path, { 'X-API-Key': secret, 'X-Admin-Key': secret }, body)),
          shrug(send(endpoint.method, path, { Authorization: `Bearer ${secret}`, ...everywhere }, body)),
          shrug(send(endpoint.method, `${path}?key=${secret}&${secret}=1`, everywhere, body)),
          shrug(send(endpoint.method, `${path}/${secret}`, {}, body)),
          shrug(send('GET', `/${secret.replaceAll('_', '%5F').replaceAll('-', '%2d')}`, {})),
          shrug(send(endpoint.method, at(endpoint, secret), withKey(firstKey), body)),
          shrug(send(endpoint.method, path, { ...asAdmin, traceparent: secret }, `{"a":"${secret}"}`)),
          shrug(send(endpoint.method, path, withKey(firstKey), `"${secret}`)),
        ]);
      }
      for (const [, body] of malformedBodies)
        await shrug(send('POST', '/api/v1/customers/onboard', asAdmin, body));
      const name = { name: secret, expires_at: secret, reason: secret, source_uri: secret };
      await call(cloud.url, 'POST', '/api/v1/tenants/acme/suspend', {
        headers: asAdmin,
        body: { reason: secret },
      });
      await call(cloud.url, 'POST', '/api/v1/tenants/acme/api-keys', { headers: asAdmin, body: name });
      await call(cloud.url, 'POST', '/api/v1/pipelines/run/acme/gcp/billing/daily_costs', {
        headers: withKey(firstKey),
        body: name,
      });
      // A message that names no run, and one that names a run that does not exist.
      for (const data of [secret, JSON.stringify({ tenant_id: 'acme', run_id: secret, pipeline: secret })]) {
        await call(`http://127.0.0.1:${cloud.functions.worker.port}`, 'POST', '/', {
          body: {
            message: {
              data: Buffer.from(data).toString('base64'),
              messageId: '1',
              attributes: { [secret]: secret },
            },
            subscription: 'projects/local/subscriptions/s',
          },
        });
      }
    }
    // BigQuery is away: the errors' causes contain all that was asked for.
    cloud.backends.bigquery.setAvailable(false);
    const answers = await Promise.all(
      [firstKey, byTenant.key].map((key) =>
        call(cloud.url, 'GET', '/api/v1/tenants/acme', { headers: withKey(key) }),
      ),
    );
    cloud.backends.bigquery.setAvailable(true);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    for (const job of ['reconcile', 'reset-quotas'])
      await call(cloud.url, 'POST', `/local/scheduler/${job}:run`);

    const last = 'f'.repeat(32);
    await call(cloud.url, 'GET', '/api/v1/tenants/acme', {
      headers: { traceparent: `00-${last}-${'f'.repeat(16)}-00` },
    });
    await captured.requestLine(last);
    expect(captured.text().slice(before)).toContain('[redacted]');
    // A part of a key counts, too: a line may have cut off the rest.
    for (const secret of secrets) {
      const hidden = secret === adminKey ? [adminKey, adminKey.toUpperCase()] : [secret.slice(-30, -20)];
      for (const part of hidden) {
        const place = captured.text().indexOf(part);
        expect(place < 0 ? 'nowhere' : captured.text().slice(Math.max(0, place - 200), place + 40)).toBe(
          'nowhere',
        );
      }
    }
  });
});
