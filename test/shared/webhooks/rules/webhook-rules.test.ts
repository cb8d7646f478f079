import { Webhook } from 'standardwebhooks';
import {
  deliverableEventSchema,
  deliveryIdOf,
  isWanted,
} from '../../../../shared/webhooks/rules/delivery-message';
import { deliveryOutcome, failureOf } from '../../../../shared/webhooks/rules/delivery-verdict';
import { signedHeaders } from '../../../../shared/webhooks/rules/sign-delivery';
import { createWebhookSecrets, webhookSecretsOf } from '../../../../shared/webhooks/rules/webhook-secret';

const now = new Date('2026-11-30T12:00:00Z');
const secrets = createWebhookSecrets('secret-of-the-deployment-00000001');
const webhook = { webhook_id: 'w-1', secret_version: 2, previous_secret_until: null };

describe("a webhook's secret", () => {
  it('follows from the deployment, the webhook and its version, and from nothing else', () => {
    const secret = secrets.secretOf('w-1', 1);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(createWebhookSecrets('secret-of-the-deployment-00000001').secretOf('w-1', 1)).toBe(secret);
    const others = [
      secrets.secretOf('w-1', 2),
      secrets.secretOf('w-2', 1),
      createWebhookSecrets('secret-of-the-deployment-00000002').secretOf('w-1', 1),
    ];
    expect(new Set([secret, ...others]).size).toBe(4);
    expect(webhookSecretsOf({})).toBeUndefined();
  });

  it('has the one before it beside it until its rotation is over', () => {
    const until = new Date('2026-11-30T13:00:00Z');
    const rotated = { ...webhook, previous_secret_until: until };
    expect(secrets.secretsAt(webhook, now)).toEqual([secrets.secretOf('w-1', 2)]);
    expect(secrets.secretsAt(rotated, now)).toEqual([secrets.secretOf('w-1', 2), secrets.secretOf('w-1', 1)]);
    expect(secrets.secretsAt(rotated, until)).toEqual([secrets.secretOf('w-1', 2)]);
  });

  it('is followed by what follows from the secret of the deployment before', () => {
    const both = createWebhookSecrets(
      'secret-of-the-deployment-00000002',
      'secret-of-the-deployment-00000001',
    );
    expect(both.secretsAt(webhook, now)).toEqual([both.secretOf('w-1', 2), secrets.secretOf('w-1', 2)]);
  });
});

it('a delivery is signed so that the standard library verifies it by any of the secrets', () => {
  const at = new Date();
  const signing = [secrets.secretOf('w-1', 2), secrets.secretOf('w-1', 1)];
  const headers = signedHeaders(signing, 'msg_1', at, '{"a":"ä"}');
  for (const secret of signing) expect(new Webhook(secret).verify('{"a":"ä"}', headers)).toEqual({ a: 'ä' });
  expect(() => new Webhook(secrets.secretOf('w-1', 3)).verify('{"a":"ä"}', headers)).toThrow('No matching');
  expect(() => new Webhook(signing[0] ?? '').verify('{"a":"a"}', headers)).toThrow('No matching');
});

it('the id of a delivery follows from event and webhook', () => {
  expect(deliveryIdOf('event-1', 'w-1')).toBe(deliveryIdOf('event-1', 'w-1'));
  const ids = [
    deliveryIdOf('event-1', 'w-1'),
    deliveryIdOf('event-1', 'w-2'),
    deliveryIdOf('event-2', 'w-1'),
  ];
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/^msg_[\w-]{32}$/);
});

describe('an event', () => {
  const event = { id: 'e', type: 'run.settled', subject: 'acme', data: { run_id: 'r' }, further: [1] };

  it('is delivered as it is, whatever a later version adds', () => {
    expect(deliverableEventSchema.parse(event)).toEqual(event);
  });

  it.each([
    ['active, for all types', {}, true],
    ['active, for its type', { event_types: ['run.settled'] }, true],
    ['active, for others', { event_types: ['tenant.onboarded'] }, false],
    ['paused', { state: 'paused' }, false],
    ['disabled', { state: 'disabled' }, false],
  ])('is for a webhook that is %s: %s', (_what, change, expected) => {
    expect(isWanted(event, { webhook_id: 'w-1', state: 'active', event_types: [], ...change })).toBe(
      expected,
    );
  });

  it('that tells of a webhook is not for that one', () => {
    const disabled = { id: 'e', type: 'webhook.disabled', subject: 'acme', data: { webhook_id: 'w-1' } };
    const own = { webhook_id: 'w-1', state: 'active', event_types: [] };
    expect(isWanted(disabled, own)).toBe(false);
    expect(isWanted(disabled, { ...own, webhook_id: 'w-2' })).toBe(true);
  });
});

it.each([
  [200, null],
  [204, null],
  [299, null],
  [301, 'redirected'],
  [304, 'redirected'],
  [400, 'bad_status'],
  [410, 'gone'],
  [429, 'bad_status'],
  [500, 'bad_status'],
  [101, 'bad_status'],
])('the status %i is %s', (status, failure) => {
  expect(failureOf(status)).toBe(failure);
});

describe('an attempt', () => {
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const failed = { status: 500, failure: 'bad_status', answer: '' } as const;
  const gone = { status: 410, failure: 'gone', answer: '' } as const;
  const taken = { status: 200, failure: null, answer: '' };

  it.each([
    ['taken', 'event', 0, taken, 'delivered'],
    ['taken after days', 'event', 60, taken, 'delivered'],
    ['refused', 'event', 0, failed, 'retrying'],
    ['refused a day later but for a minute', 'again', 23.98, failed, 'retrying'],
    ['refused a day later', 'event', 24, failed, 'given_up'],
    ['refused by one that is gone', 'event', 0, gone, 'given_up'],
    ['a test, refused', 'test', 0, failed, 'given_up'],
    ['a test, taken', 'test', 0, taken, 'delivered'],
  ] as const)('that is %s', (_what, kind, hours, answer, outcome) => {
    expect(deliveryOutcome({ kind, since: hoursAgo(hours) }, answer, now)).toBe(outcome);
  });
});
