import { type DeliveryDependencies, deliverOrPassOn } from '../../../functions/deliver-events/deliver-event';
import { createKnownWebhooks } from '../../../functions/deliver-events/known-webhooks';
import type { WebhookRow } from '../../../shared/sql/webhooks/webhook-row';
import type { DeliveryMessage } from '../../../shared/webhooks/rules/delivery-message';
import type { DeliveryAnswer } from '../../../shared/webhooks/rules/delivery-verdict';
import { createWebhookSecrets } from '../../../shared/webhooks/rules/webhook-secret';
import { collectingLog } from '../support/serve';
import { webhookOf } from './webhook-of';

const now = new Date('2026-11-30T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const hour = 3_600_000;
const event = JSON.stringify({ id: 'e-1', type: 'run.settled', subject: 'acme' });
const messageOf = (change: Partial<DeliveryMessage> = {}): DeliveryMessage => ({
  webhook_id: 'w-1',
  tenant_id: 'acme',
  event,
  kind: 'event',
  since: ago(1_000),
  ...change,
});
const taken: DeliveryAnswer = { status: 204, failure: null, answer: '' };
const failed: DeliveryAnswer = { status: 500, failure: 'bad_status', answer: 'oops' };

describe('a message of what is to be delivered', () => {
  function delivering(webhook: Partial<WebhookRow> = {}, change: Partial<DeliveryDependencies> = {}) {
    const passedOn: DeliveryMessage[] = [];
    const written: unknown[] = [];
    const posted: string[] = [];
    const told: string[] = [];
    const { log, lines } = collectingLog();
    let places = 0;
    const deps: DeliveryDependencies = {
      webhooks: createKnownWebhooks(
        async () => [webhookOf(webhook)],
        () => 0,
      ),
      webhookSecrets: createWebhookSecrets('secret-of-the-deployment-of-this-test'),
      inPlace: async (_owner, work) => {
        places += 1;
        try {
          return await work();
        } finally {
          places -= 1;
        }
      },
      postEvent: async (url) => {
        posted.push(url);
        return taken;
      },
      publishRetries: async (messages) => void passedOn.push(...messages),
      append: async (_table, ...rows) =>
        void written.push(...rows.map(({ json }) => ({ ...json, taken_places: places }))),
      health: {
        judge: async () => undefined,
        tellDisabled: async ({ webhook_id }) => void told.push(webhook_id),
      },
      newId: () => 'attempt-1',
      clock: { now: () => now, monotonicMs: () => 0 },
      log,
      ...change,
    };
    const deliver = (message: Partial<DeliveryMessage> = {}) => deliverOrPassOn(messageOf(message), deps);
    return { deliver, passedOn, written, posted, told, lines };
  }

  it('is done with once it was taken, and is written down after its place is free again', async () => {
    const { deliver, passedOn, written } = delivering();
    expect([await deliver(), await deliver({ is_repeat: true }), passedOn]).toEqual([true, true, []]);
    expect(written[0]).toMatchObject({ outcome: 'delivered', status: 204, taken_places: 0 });
  });

  it.each<[string, Partial<DeliveryDependencies>]>([
    ['fails', { postEvent: async () => failed }],
    ['finds no place', { inPlace: async () => undefined }],
  ])('that %s is passed on at its first attempt, and refused at a later one', async (_what, change) => {
    const { deliver, passedOn } = delivering({}, change);
    const since = ago(hour);
    expect(await deliver({ since })).toBe(true);
    expect(passedOn).toEqual([messageOf({ since, is_repeat: true })]);
    expect(await deliver({ since, is_repeat: true })).toBe(false);
    expect(passedOn).toHaveLength(1);
  });

  it('that cannot be passed on comes again', async () => {
    const publishRetries = () => Promise.reject(new Error('away'));
    const { deliver } = delivering({}, { publishRetries, postEvent: async () => failed });
    await expect(deliver()).rejects.toThrow('away');
  });

  it('is not delivered again because that could not be written down', async () => {
    const { deliver, lines, passedOn } = delivering({}, { append: () => Promise.reject(new Error('away')) });
    expect([await deliver(), passedOn]).toEqual([true, []]);
    expect(lines).toMatchObject([{ severity: 'WARNING', outcome: 'delivered' }]);
  });

  it('of before a pause waits for its end, for a day; what came later is dropped, and said to be', async () => {
    const paused = { state: 'paused', updated_at: ago(hour) } as const;
    const { deliver, posted, written, passedOn } = delivering(paused);
    expect(await deliver({ since: ago(hour + 1) })).toBe(true);
    expect([passedOn.length, await deliver({ since: ago(hour + 1), is_repeat: true })]).toEqual([1, false]);
    expect(written).toEqual([]);
    expect(await deliver({ since: ago(hour) })).toBe(true);
    expect(await deliver({ since: ago(24 * hour), is_repeat: true })).toBe(true);
    const dropped = { outcome: 'given_up', failure: 'paused', status: null, duration_ms: 0, event_id: 'e-1' };
    expect(written).toEqual([expect.objectContaining(dropped), expect.objectContaining(dropped)]);
    expect([passedOn.length, posted]).toEqual([1, []]);
    // What its owner asks for is delivered all the same.
    expect([await deliver({ kind: 'test' }), posted.length]).toEqual([true, 1]);
  });

  it('to a webhook that is disabled is dropped, and said to be, and the owner is told if that was not done', async () => {
    const { deliver, posted, written, told } = delivering({ state: 'disabled', updated_at: now });
    expect(await deliver({ since: ago(hour) })).toBe(true);
    expect(written).toMatchObject([{ outcome: 'given_up', failure: 'disabled' }]);
    expect([posted, told]).toEqual([[], ['w-1']]);
  });
});
