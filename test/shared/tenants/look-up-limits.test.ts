import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAuthenticateTenant } from '../../../shared/tenants/authenticate-tenant';
import { createApiKey, hashApiKey } from '../../../shared/tenants/rules/api-key';
import { createJumpingClock } from '../../support/jumping-clock';

/** So little comes back that a test never sees it, however slow the machine. */
const perMinute = 0.001;
const allowances = {
  perTenant: { burst: 3, perMinute },
  perAddress: { burst: 6, perMinute },
  perInstance: { burst: 12, perMinute },
};

/** An instance, beside tenants with these keys. */
function instanceOf(tenants: Readonly<Record<string, string[]>>) {
  const clock = createJumpingClock();
  const asked: string[] = [];
  const state = { isDown: false };
  const runStatement: RunStatement = async (dataset, statement, parameters) => {
    asked.push(`${statement.name} ${dataset}`);
    if (state.isDown) throw Object.assign(new Error('Bad request'), { code: 400 });
    const keys = tenants[dataset];
    if (keys === undefined) throw Object.assign(new Error(`Not found: Dataset ${dataset}`), { code: 404 });
    const digest = Reflect.get(parameters, 'key_hash');
    const rows = keys
      .map((key, index) => ({
        key_id: `${dataset}-${index}`,
        key_hash: hashApiKey(key),
        expires_at: null,
        scopes: [],
        pipelines: [],
        last_used_at: null,
      }))
      .filter(({ key_hash }) => digest === undefined || key_hash === digest);
    return { rows: rows.map((row) => statement.row.parse(row)), affectedRows: 0, location: 'US' };
  };
  const authenticate = createAuthenticateTenant(runStatement, clock, { allowances });
  const ask = (key: string, address = 'a', fresh = false) =>
    authenticate(key, { address, fresh }).then(
      ({ keyId }) => keyId,
      (error) => error.code,
    );
  /** So many different wrong keys of a tenant, one after the other. */
  const guess = async (tenantId: string, count: number, address = 'a') => {
    const answers: string[] = [];
    for (let times = 0; times < count; times++) answers.push(await ask(createApiKey(tenantId), address));
    return answers;
  };
  /** What was asked of BigQuery since the last call of this. */
  const takeAsked = () => asked.splice(0);
  return { clock, state, ask, guess, takeAsked };
}
const times = <T>(count: number, value: T): T[] => Array(count).fill(value);

describe('Wrong keys with right checksums', () => {
  const acme = [createApiKey('acme'), createApiKey('acme')];
  const [first = '', second = ''] = acme;

  it('cost a few look-ups of a tenant, then a list every 10 seconds; right keys are accepted all the time', async () => {
    const keys = [...acme];
    const { clock, ask, guess, takeAsked } = instanceOf({ acme: keys });
    expect(await guess('acme', 50)).toEqual(times(50, 'unauthenticated'));
    expect(takeAsked()).toEqual([...times(3, 'find-api-key acme'), 'list-valid-keys acme']);
    for (const key of acme) expect(await ask(key)).toMatch(/^acme-/);
    expect(await ask(first, 'elsewhere')).toBe('acme-0');
    expect(takeAsked()).toEqual([]);

    const made = createApiKey('acme');
    keys.push(made);
    expect(await ask(made)).toBe('unauthenticated');
    clock.jump(-7_200_000);
    clock.pass(10_000);
    expect(await ask(made)).toBe('acme-2');
    expect(await guess('acme', 50)).toEqual(times(50, 'unauthenticated'));
    expect(takeAsked()).toEqual(['list-valid-keys acme']);
  });

  it('cost no more when they come all at once; right keys among them are accepted', async () => {
    const keys = [...acme, ...Array.from({ length: 10 }, () => createApiKey('acme'))];
    const { ask, guess, takeAsked } = instanceOf({ acme: keys });
    const wrong = Promise.all(Array.from({ length: 200 }, () => guess('acme', 1)));
    expect(await Promise.all(keys.map((key) => ask(key)))).toEqual(keys.map((_, index) => `acme-${index}`));
    expect((await wrong).flat()).toEqual(times(200, 'unauthenticated'));
    expect(takeAsked()).toEqual([...times(3, 'find-api-key acme'), 'list-valid-keys acme']);
  });

  it('do not keep many right keys of a tenant from being looked up, one after the other', async () => {
    const keys = Array.from({ length: 10 }, () => createApiKey('acme'));
    const { ask, takeAsked } = instanceOf({ acme: keys });
    for (const [index, key] of keys.entries()) expect(await ask(key)).toBe(`acme-${index}`);
    expect(takeAsked()).toEqual(times(10, 'find-api-key acme'));
  });

  it('do not shorten how soon a revocation is seen', async () => {
    const keys = [...acme];
    const { clock, ask, guess } = instanceOf({ acme: keys });
    await guess('acme', 4);
    clock.pass(9_000);
    expect(await ask(first)).toBe('acme-0');
    keys.shift();
    clock.pass(20_999);
    expect(await ask(first)).toBe('acme-0');
    clock.pass(1);
    expect(await ask(first)).toBe('unauthenticated');
  });

  it('of a tenant that is not there cost one look-up in 5 seconds', async () => {
    const tenants: Record<string, string[]> = {};
    const { clock, ask, guess, takeAsked } = instanceOf(tenants);
    expect(await guess('nobody', 50)).toEqual(times(50, 'unauthenticated'));
    expect(takeAsked()).toEqual(['find-api-key nobody']);
    tenants.nobody = acme.map(() => createApiKey('nobody'));
    clock.jump(-7_200_000);
    clock.pass(5_000);
    expect(await ask(tenants.nobody[0] ?? '')).toBe('nobody-0');
  });

  it('of many tenants are limited by address: other addresses go on, and so do known tenants at the same', async () => {
    const { ask, guess, takeAsked } = instanceOf({ acme, other: [createApiKey('other')] });
    expect(await ask(first)).toBe('acme-0');
    for (let tenant = 0; tenant < 6; tenant++)
      expect(await guess(`nobody_${tenant}`, 1)).toEqual(['unauthenticated']);
    takeAsked();
    expect(await guess('nobody_6', 1)).toEqual(['too_many_failures']);
    expect(await guess('other', 1)).toEqual(['too_many_failures']);
    expect(takeAsked()).toEqual([]);
    expect(await guess('nobody_6', 1, 'b')).toEqual(['unauthenticated']);
    expect(await ask(first)).toBe('acme-0');
    // A key that it does not know yet, of a tenant of which it knows another.
    expect(await ask(second)).toBe('acme-1');
    expect(takeAsked()).toEqual(['find-api-key nobody_6', 'list-valid-keys acme']);
  });

  it('from everywhere are limited in the instance; keys that it knows are looked up again all the same', async () => {
    const { clock, ask, guess, takeAsked } = instanceOf({ acme });
    expect(await ask(first)).toBe('acme-0');
    for (let tenant = 0; tenant < 12; tenant++)
      expect(await guess(`nobody_${tenant}`, 1, `address-${tenant}`)).toEqual(['unauthenticated']);
    takeAsked();
    expect(await guess('nobody_12', 3, 'address-12')).toEqual(times(3, 'too_many_failures'));
    expect(await guess('acme', 3, 'address-12')).toEqual(times(3, 'too_many_failures'));
    clock.pass(30_000);
    expect(await ask(first, 'address-1')).toBe('acme-0');
    expect(await ask(first, 'address-1', true)).toBe('acme-0');
    expect(takeAsked()).toEqual(['find-api-key acme', 'find-api-key acme']);
  });

  it('are remembered for a minute, and where a fresh answer is asked for', async () => {
    const { clock, ask, takeAsked } = instanceOf({ acme });
    const wrong = createApiKey('acme');
    for (const fresh of [false, true, true]) expect(await ask(wrong, 'a', fresh)).toBe('unauthenticated');
    clock.pass(59_999);
    expect(await ask(wrong)).toBe('unauthenticated');
    expect(takeAsked()).toHaveLength(1);
  });

  it('are not counted, and known keys not forgotten, while BigQuery does not answer', async () => {
    const { clock, state, ask, guess, takeAsked } = instanceOf({ acme });
    expect(await ask(first)).toBe('acme-0');
    await guess('acme', 3);
    clock.pass(30_000);
    state.isDown = true;
    expect(await ask(first)).toBe('unavailable');
    expect(await ask(second)).toBe('unavailable');
    state.isDown = false;
    takeAsked();
    expect(await ask(first)).toBe('acme-0');
    expect(await ask(second)).toBe('acme-1');
    expect(takeAsked()).toEqual(['find-api-key acme', 'list-valid-keys acme']);
  });
});
