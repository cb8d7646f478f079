import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAuthenticateTenant } from '../../../shared/tenants/authenticate-tenant';
import { createApiKey, hashApiKey } from '../../../shared/tenants/rules/api-key';
import { createJumpingClock, hours, type JumpingClock } from '../../support/jumping-clock';

const key = createApiKey('acme');

/** An instance, beside a table that has the key until it is revoked. */
function instanceWith(clock: JumpingClock, expiresAt: Date | null = null) {
  const state = { isRevoked: false, lookUps: 0 };
  const runStatement: RunStatement = async (_dataset, statement) => {
    state.lookUps++;
    const expires_at = expiresAt && { value: expiresAt.toISOString() };
    const row = { key_id: 'key-1', key_hash: hashApiKey(key), expires_at };
    const rows = state.isRevoked ? [] : [statement.row.parse(row)];
    return { rows, affectedRows: 0, location: 'US' };
  };
  const authenticate = createAuthenticateTenant(runStatement, clock);
  const isAccepted = () =>
    authenticate(key).then(
      () => true,
      () => false,
    );
  return { state, isAccepted };
}

describe('What an instance remembers of a key', () => {
  it.each([-2, 0, 2])('is forgotten after 30 s though the clock jumps by %s hours', async (jump) => {
    const clock = createJumpingClock();
    const { state, isAccepted } = instanceWith(clock);
    expect(await isAccepted()).toBe(true);
    state.isRevoked = true;
    clock.jump(hours(jump));
    clock.pass(29_999);
    expect(await isAccepted()).toBe(true);
    expect(state.lookUps).toBe(1);
    clock.pass(1);
    expect(await isAccepted()).toBe(false);
  });

  it.each([-2, 2])(
    'a wrong key is looked up again after a minute though the clock jumps by %s hours',
    async (jump) => {
      const clock = createJumpingClock();
      const { state, isAccepted } = instanceWith(clock);
      state.isRevoked = true;
      expect(await isAccepted()).toBe(false);
      clock.jump(hours(jump));
      clock.pass(59_999);
      expect(await isAccepted()).toBe(false);
      expect(state.lookUps).toBe(1);
      state.isRevoked = false;
      clock.pass(1);
      expect(await isAccepted()).toBe(true);
    },
  );

  it('is as old as the question: a key that is revoked before the answer comes works no longer', async () => {
    const clock = createJumpingClock();
    const { state, isAccepted } = instanceWith(clock);
    const first = isAccepted();
    state.isRevoked = true;
    clock.pass(2_000);
    expect(await first).toBe(true);
    clock.pass(28_000);
    expect(await isAccepted()).toBe(false);
  });

  it.each([-2, 0])(
    'lasts no longer than the key, though the clock jumps by %s hours meanwhile',
    async (jump) => {
      const clock = createJumpingClock();
      const { state, isAccepted } = instanceWith(clock, new Date(clock.now().getTime() + 10_000));
      expect(await isAccepted()).toBe(true);
      clock.jump(hours(jump));
      clock.pass(9_999);
      expect(await isAccepted()).toBe(true);
      expect(state.lookUps).toBe(1);
      clock.pass(1);
      // Whether a key has expired is a matter of the time of day, as its table has it.
      expect(await isAccepted()).toBe(jump < 0);
      expect(state.lookUps).toBe(2);
    },
  );
});
