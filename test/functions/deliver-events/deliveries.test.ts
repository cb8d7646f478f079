import { createDeliveryPlaces } from '../../../functions/deliver-events/delivery-places';
import {
  createJudgeEndpoint,
  type EndpointHealthDependencies,
} from '../../../functions/deliver-events/endpoint-health';
import { createKnownWebhooks } from '../../../functions/deliver-events/known-webhooks';
import { createPostEvent } from '../../../functions/deliver-events/post-event';
import type { TenantEvent } from '../../../shared/definitions/schemas/event-schemas';
import { createHttpsRequest } from '../../../shared/internet/https-request';
import type { WebhookRow } from '../../../shared/sql/webhooks/webhook-row';
import { type HttpsApi, startHttpsApi } from '../../support/https-api';
import { collectingLog } from '../support/serve';

const day = 86_400_000;
const webhookOf = (change: Partial<WebhookRow> = {}): WebhookRow => ({
  webhook_id: 'w-1',
  tenant_id: 'acme',
  url: 'https://hooks.example.com/secret-path',
  event_types: [],
  description: null,
  state: 'active',
  reason: null,
  secret_version: 1,
  previous_secret_until: null,
  failing_since: null,
  created_at: new Date('2026-11-01T00:00:00Z'),
  created_by: 'admin',
  updated_at: new Date('2026-11-01T00:00:00Z'),
  ...change,
});
const failed = { status: 500, failure: 'bad_status', answer: '' } as const;
const taken = { status: 200, failure: null, answer: '' };

describe('places of deliveries', () => {
  const limits = { ofWebhook: 2, ofFailingWebhook: 1, ofTenant: 3, inAll: 4 };
  const forEver = () => new Promise<string>(() => undefined);
  const at = (tenant_id: string, webhook_id: string, failing_since: Date | null = null) => ({
    tenant_id,
    webhook_id,
    failing_since,
  });
  const done = async () => 'done';

  it("are limited for each webhook and tenant, so that a slow endpoint takes none of another tenant's", async () => {
    const inPlace = createDeliveryPlaces(limits);
    void inPlace(at('acme', 'slow'), forEver);
    void inPlace(at('acme', 'slow'), forEver);
    expect(await inPlace(at('acme', 'slow'), done)).toBeUndefined();
    expect(await inPlace(at('acme', 'quick'), done)).toBe('done');
    void inPlace(at('acme', 'slow-as-well'), forEver);
    expect(await inPlace(at('acme', 'quick'), done)).toBeUndefined();
    expect(await inPlace(at('other', 'quick'), done)).toBe('done');
    void inPlace(at('other', 'slow-too'), forEver);
    expect(await inPlace(at('third', 'quick'), done)).toBeUndefined();
  });

  it('are fewer for one that fails, and free again whatever becomes of the work', async () => {
    const inPlace = createDeliveryPlaces(limits);
    const failing = at('acme', 'failing', new Date());
    const work = inPlace(failing, () => new Promise((_, reject) => setImmediate(reject, new Error('away'))));
    expect(await inPlace(failing, done)).toBeUndefined();
    await expect(work).rejects.toThrow('away');
    expect(await inPlace(failing, done)).toBe('done');
  });
});

describe('what an instance knows of webhooks', () => {
  it('is read once a minute, for all who ask, and again for one that is not known', async () => {
    let monotonicMs = 0;
    let rows = [webhookOf(), webhookOf({ webhook_id: 'w-2', tenant_id: 'other' })];
    let reads = 0;
    const known = createKnownWebhooks(
      async () => {
        reads += 1;
        return rows;
      },
      () => monotonicMs,
    );
    const [own, , found] = await Promise.all([
      known.ofTenant('acme'),
      known.ofTenant('nobody'),
      known.find('w-2'),
    ]);
    expect([own.map((row) => row.webhook_id), found?.tenant_id, reads]).toEqual([['w-1'], 'other', 1]);
    rows = [...rows, webhookOf({ webhook_id: 'w-3' })];
    expect(await known.ofTenant('acme')).toHaveLength(1);
    expect([await known.find('w-3'), reads]).toEqual([rows[2], 2]);
    expect(await known.ofTenant('acme')).toHaveLength(2);
    known.note('w-3', { state: 'disabled' });
    expect((await known.find('w-3'))?.state).toBe('disabled');
    rows = [];
    monotonicMs = 59_999;
    expect(await known.ofTenant('acme')).toHaveLength(2);
    monotonicMs = 60_000;
    expect([await known.ofTenant('acme'), await known.find('w-1')]).toEqual([[], undefined]);
  });

  it('is read again after a read that failed', async () => {
    let isAway = true;
    const read = async () => {
      if (isAway) throw new Error('away');
      return [webhookOf()];
    };
    const known = createKnownWebhooks(read, () => 0);
    await expect(known.ofTenant('acme')).rejects.toThrow('away');
    isAway = false;
    expect(await known.ofTenant('acme')).toHaveLength(1);
  });
});

describe('the state of an endpoint', () => {
  /** Statements that change as many rows as they are told to. */
  function judging(affectedRows: number) {
    const asked: unknown[] = [];
    const told: TenantEvent[] = [];
    const { log, lines } = collectingLog();
    let now = new Date('2026-11-30T12:00:00Z');
    let monotonicMs = 0;
    const runStatement: EndpointHealthDependencies['runStatement'] = async (
      _dataset,
      { name },
      parameters,
    ) => {
      asked.push([name, parameters]);
      if (affectedRows < 0) throw new Error('away');
      return { rows: [], affectedRows, location: 'US' };
    };
    const judge = createJudgeEndpoint({
      runStatement,
      controlDataset: 'control',
      readTenantState: async () => undefined,
      announce: async (event) => void told.push(event),
      webhooks: createKnownWebhooks(
        async () => [],
        () => 0,
      ),
      clock: { now: () => now, monotonicMs: () => monotonicMs },
      log,
    });
    const pass = (ms: number) => {
      now = new Date(now.getTime() + ms);
      monotonicMs += ms;
    };
    return { judge, asked, told, lines, pass, begin: now };
  }

  it('costs nothing while it is well, and one statement when it begins or ceases to fail', async () => {
    const { judge, asked, begin } = judging(1);
    await judge(webhookOf(), taken);
    expect(asked).toEqual([]);
    await judge(webhookOf(), failed);
    expect(asked).toEqual([['note-webhook-health', { webhook_id: 'w-1', failing_since: begin }]]);
    await judge(webhookOf({ failing_since: begin }), taken);
    expect(asked[1]).toEqual(['note-webhook-health', { webhook_id: 'w-1', failing_since: null }]);
  });

  it('that fails now and then is noted every ten minutes at most', async () => {
    const { judge, asked, pass } = judging(1);
    for (const ms of [0, 1, 599_998, 1, 0]) {
      pass(ms);
      await judge(webhookOf(), failed);
    }
    expect(asked).toHaveLength(2);
  });

  it('is disabled where it has failed for five days, and its owner is told, without its path', async () => {
    const { judge, asked, told, begin, pass } = judging(1);
    await judge(webhookOf({ failing_since: new Date(begin.getTime() - 5 * day + 1) }), failed);
    expect(asked).toEqual([]);
    pass(1);
    await judge(webhookOf({ failing_since: new Date(begin.getTime() - 5 * day + 1) }), failed);
    const now = new Date(begin.getTime() + 1);
    const failing_before = new Date(now.getTime() - 5 * day);
    expect(asked).toEqual([
      ['disable-webhook', { webhook_id: 'w-1', reason: 'failing', failing_before, now }],
    ]);
    expect(told).toMatchObject([
      {
        type: 'webhook.disabled',
        subject: 'acme',
        data: { webhook_id: 'w-1', reason: 'failing', host: 'hooks.example.com' },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain('secret-path');
  });

  it('begins to fail anew where another instance has delivered something meanwhile', async () => {
    const { judge, asked, told, begin } = judging(0);
    await judge(webhookOf({ failing_since: new Date(begin.getTime() - 6 * day) }), failed);
    expect(asked).toMatchObject([
      ['disable-webhook', { reason: 'failing' }],
      ['note-webhook-health', { failing_since: null }],
    ]);
    expect(told).toEqual([]);
  });

  it('is disabled once by 410, whoever sees it', async () => {
    const gone = { status: 410, failure: 'gone', answer: '' } as const;
    const first = judging(1);
    await first.judge(webhookOf(), gone);
    expect(first.asked).toMatchObject([['disable-webhook', { reason: 'gone', failing_before: null }]]);
    expect(first.told).toHaveLength(1);
    const second = judging(0);
    await second.judge(webhookOf(), gone);
    expect([second.asked.length, second.told]).toEqual([1, []]);
  });

  it('that cannot be noted is in the log, and nothing else comes of it', async () => {
    const { judge, lines } = judging(-1);
    await judge(webhookOf(), failed);
    expect(lines).toMatchObject([{ severity: 'WARNING', webhook_id: 'w-1' }]);
  });
});

describe('posting an event', () => {
  let api: HttpsApi;
  beforeAll(async () => {
    api = await startHttpsApi();
  });
  afterAll(() => api?.close());
  const post = (longestMs = 60_000) =>
    createPostEvent(api.request, longestMs)(
      `https://${api.host}/hook`,
      { 'webhook-id': 'msg_1' },
      '{"a":"ä"}',
    );

  it('sends the body and its headers, and keeps how the answer begins', async () => {
    api.answerBy(() => ({ status: 201, body: 'x'.repeat(100_000) }));
    expect(await post()).toEqual({ status: 201, failure: null, answer: 'x'.repeat(1_000) });
    expect(api.asked).toMatchObject([
      {
        method: 'POST',
        url: '/hook',
        body: '{"a":"ä"}',
        headers: { 'webhook-id': 'msg_1', 'content-length': '10' },
      },
    ]);
  });

  it.each([
    [
      'a redirect, which is not followed',
      { status: 302, headers: { Location: 'https://169.254.169.254/' } },
      { status: 302, failure: 'redirected' },
    ],
    ['500', { status: 500, body: 'oops' }, { status: 500, failure: 'bad_status', answer: 'oops' }],
    ['an answer that breaks off', { breaksAfter: 'half' }, { status: 200, failure: null, answer: 'half' }],
  ] as const)('knows %s', async (_what, answer, expected) => {
    api.answerBy(() => answer);
    expect(await post()).toMatchObject(expected);
    expect(api.asked).toHaveLength(1);
  });

  it('gives an endpoint so long to answer', async () => {
    api.answerBy(() => 'hang');
    expect(await post(50)).toEqual({ status: null, failure: 'timed_out', answer: null });
  });

  it('reaches no address but those of the public internet, and knows when there is nobody', async () => {
    const guarded = createPostEvent(createHttpsRequest({ ca: api.ca }), 60_000);
    api.answerBy(() => ({ status: 200 }));
    for (const url of [`https://${api.host}/`, 'https://169.254.169.254/', 'https://[::1]/'])
      expect(await guarded(url, {}, '{}')).toEqual({
        status: null,
        failure: 'refused_address',
        answer: null,
      });
    expect(api.connections()).toBe(0);
    const nobody = createPostEvent(createHttpsRequest({ isAllowedAddress: () => true }), 60_000);
    expect(await nobody(`https://${api.host}/`, {}, '{}')).toMatchObject({ failure: 'unreachable' });
  });
});
