import { createDeliveryPlaces } from '../../../functions/deliver-events/delivery-places';
import { fanOut } from '../../../functions/deliver-events/fan-out';
import { createKnownWebhooks } from '../../../functions/deliver-events/known-webhooks';
import { createPostEvent } from '../../../functions/deliver-events/post-event';
import { createHttpsRequest } from '../../../shared/internet/https-request';
import type { WebhookRow } from '../../../shared/sql/webhooks/webhook-row';
import {
  type DeliveryMessage,
  deliverableEventSchema,
} from '../../../shared/webhooks/rules/delivery-message';
import { type HttpsApi, startHttpsApi } from '../../support/https-api';
import { collectingLog } from '../support/serve';
import { webhookOf } from './webhook-of';

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
    // One that was deleted is not looked for again and again.
    for (const times of [1, 2, 3])
      expect([times, await known.find('deleted'), reads]).toEqual([times, undefined, 3]);
    monotonicMs = 10_000;
    expect([await known.find('deleted'), reads]).toEqual([undefined, 4]);
    expect(await known.ofTenant('acme')).toHaveLength(2);
    known.note('w-3', { state: 'disabled' });
    expect((await known.find('w-3'))?.state).toBe('disabled');
    rows = [];
    monotonicMs = 69_999;
    expect(await known.ofTenant('acme')).toHaveLength(2);
    monotonicMs = 70_000;
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

describe('an event', () => {
  /** Of a tenant in its life 'life-2', with webhooks of that life and of another's. */
  const fanningOut = async (event: object) => {
    const published: DeliveryMessage[] = [];
    const webhooks = createKnownWebhooks(
      async () => [
        webhookOf({ webhook_id: 'own', onboarding_id: 'life-2' }),
        webhookOf({ webhook_id: 'paused', onboarding_id: 'life-2', state: 'paused' }),
        webhookOf({ webhook_id: 'of-before', onboarding_id: 'life-1' }),
        webhookOf({ webhook_id: 'of-another', tenant_id: 'other', onboarding_id: 'life-2' }),
      ],
      () => 0,
    );
    const { log, lines } = collectingLog();
    const looked = new Set<string>();
    const deps = {
      webhooks,
      publishDeliveries: async (messages: readonly DeliveryMessage[]) => void published.push(...messages),
      log,
      health: {
        judge: async () => undefined,
        tellDisabled: async ({ webhook_id }: WebhookRow) => void looked.add(webhook_id),
      },
    };
    const since = new Date('2026-11-30T12:00:00Z');
    const whole = deliverableEventSchema.parse({ id: 'e', type: 'run.settled', subject: 'acme', ...event });
    await fanOut(whole, since, deps);
    await fanOut(whole, since, deps);
    return { of: [...new Set(published.map(({ webhook_id }) => webhook_id))], published, lines, looked };
  };

  it("goes to its tenant's webhooks of the life in which it happened, and to no other's", async () => {
    const told = await fanningOut({ data: { onboarding_id: 'life-2' } });
    expect([told.of, told.lines]).toEqual([['own'], []]);
    // Any of them may have been disabled without its owner's being told.
    expect([...told.looked]).toEqual(['own', 'paused', 'of-before']);
    expect(told.published[0]).toMatchObject({ tenant_id: 'acme', kind: 'event', event: expect.any(String) });
    expect((await fanningOut({ data: { onboarding_id: 'life-1' } })).of).toEqual(['of-before']);
    expect((await fanningOut({ data: { onboarding_id: null } })).of).toEqual([]);
  });

  it('that does not say in which life it happened goes to nobody, and the log says so', async () => {
    const untold = await fanningOut({ data: {} });
    expect([untold.of, untold.lines[0]]).toEqual([[], expect.objectContaining({ severity: 'WARNING' })]);
    expect((await fanningOut({ subject: 'nobody' })).lines).toEqual([]);
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

  it('keeps no half of a character', async () => {
    api.answerBy(() => ({ status: 200, body: `${'x'.repeat(999)}😀` }));
    expect((await post()).answer).toBe(`${'x'.repeat(999)}\ufffd`);
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
