import fc from 'fast-check';
import { expectDocumented } from '../../support/documented-answers';
import {
  adminKey,
  asAdmin,
  call,
  endOfRun,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../../support/local-cloud';
import { type MadeRequest, requestsOf } from './requests';

/**
 * Sends so many requests made of openapi.json: each answer is one that it lists, in the form that it says.
 * @param theCloud one whose administrators have `adminKey`, once it runs; without it, one of its own
 */
export const describeDocument = (count: number, theCloud?: () => TestCloud): void =>
  describe('openapi.json', () => {
    let cloud: TestCloud;
    let keys: Readonly<Record<MadeRequest['caller'], Record<string, string>>>;
    let runId: string;
    let webhookId: string;
    beforeAll(async () => {
      cloud = theCloud?.() ?? (await startTestCloud({ ADMIN_API_KEY: adminKey }));
      const unlimited = { max_pipelines_per_month: null, max_concurrent_pipelines: 500 };
      const [own, other] = [
        await onboard(cloud.url, 'documented', unlimited),
        await onboard(cloud.url, 'neighbour'),
      ];
      keys = { admin: asAdmin, tenant: withKey(own), 'other tenant': withKey(other), nobody: {} };
      const path = '/api/v1/pipelines/run/documented/gcp/example/dryrun';
      const { body } = await call(cloud.url, 'POST', path, { headers: withKey(own) });
      runId = String(body.run_id);
      await endOfRun(cloud.url, own, runId);
      const hook = await call(cloud.url, 'POST', '/api/v1/tenants/documented/webhooks', {
        headers: withKey(own),
        // Nobody answers there, and only what is asked for is posted.
        body: { url: 'https://hooks.invalid.example/', event_types: ['tenant.offboarded'] },
      });
      webhookId = String(hook.body.webhook_id);
    });
    afterAll(() => (theCloud === undefined ? cloud?.close() : undefined));

    async function send({ method, path, headers, body, caller }: MadeRequest): Promise<number> {
      const response = await fetch(`${cloud.url}${path}`, {
        method,
        headers: {
          ...withoutGaps(headers),
          ...keys[caller],
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const contentType = response.headers.get('content-type');
      const isJson = contentType !== null && /\bjson$/.test(contentType);
      const { status } = response;
      expectDocumented({ method, path, status, contentType, body: isJson ? JSON.parse(text) : text });
      expect(response.headers.get('x-request-id')).not.toBeNull();
      return status;
    }

    it(`lists what ${count} requests made of it are answered`, async () => {
      const requests = fc.sample(
        requestsOf({
          // Most of what is asked for is there.
          tenant: ['documented', 'documented', 'documented', 'neighbour', 'made_up_1', 'made_up_2'],
          run_id: [runId, 'no-such-run'],
          key_id: ['no-such-key'],
          webhook_id: [webhookId, 'no-such-webhook'],
          delivery_id: ['no-such-delivery'],
          provider: ['gcp'],
          domain: ['example', 'billing'],
          pipeline: ['dryrun', 'daily_costs'],
        }),
        { numRuns: count, seed: Number(process.env.FAST_CHECK_SEED ?? 1) },
      );
      const statuses: number[] = [];
      for (const request of requests) {
        try {
          statuses.push(await send(request));
        } catch (error) {
          throw new Error(`${JSON.stringify(request)}: ${error instanceof Error ? error.message : error}`);
        }
      }
      expect(statuses.filter((status) => status >= 500)).toEqual([]);
      expect(statuses.filter((status) => status < 400).length).toBeGreaterThan(count / 10);
      await whenQuiet(cloud.bigquery, 'documented');
    }, 1_200_000);
  });

const withoutGaps = (given: MadeRequest['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
