import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAuthenticateTenant } from '../../../shared/tenants/authenticate-tenant';
import { createApiKey, hashApiKey } from '../../../shared/tenants/rules/api-key';
import { createJumpingClock, hours, type JumpingClock } from '../../support/jumping-clock';

const key = createApiKey('acme');

interface TableOfKeys {
  isRevoked: boolean;
  lookUps: number;
  /** What becomes of look-ups while BigQuery is away. */
  away: (() => Promise<never>) | undefined;
}

/** A table that has the key until it is revoked. */
function tableWith(expiresAt: Date | null = null) {
  const state: TableOfKeys = { isRevoked: false, lookUps: 0, away: undefined };
  const runStatement: RunStatement = async (_dataset, statement) => {
    state.lookUps++;
    if (state.away !== undefined) await state.away();
    const expires_at = expiresAt && { value: expiresAt.toISOString() };
    const judged = { key_id: 'key-1', key_hash: hashApiKey(key), expires_at };
    const row = { ...judged, scopes: [], pipelines: [], last_used_at: null };
    const rows = state.isRevoked ? [] : [statement.row.parse(row)];
    return { rows, affectedRows: 0, location: 'US' };
  };
  return { state, runStatement };
}

/** An instance beside such a table. */
function instanceWith(clock: JumpingClock, expiresAt: Date | null = null) {
  const { state, runStatement } = tableWith(expiresAt);
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

  describe('is enough, where the last known answer will do', () => {
    const hangs = () => new Promise<never>(() => undefined);
    const refuses = async () => {
      throw Object.assign(new Error('invalid credentials'), { code: 401 });
    };
    const start = () => {
      const clock = createJumpingClock();
      const { state, runStatement } = tableWith();
      const authenticate = createAuthenticateTenant(runStatement, clock);
      const isRead = () =>
        authenticate(key, { lastKnown: true }).then(
          () => true,
          () => false,
        );
      return { clock, state, isRead };
    };

    it.each([
      ['hangs', hangs],
      ['refuses', refuses],
    ])('while BigQuery %s, for an hour', async (_, away) => {
      const { clock, state, isRead } = start();
      expect(await isRead()).toBe(true);
      state.away = away;
      clock.pass(3_599_999);
      expect(await isRead()).toBe(true);
    });

    it('not for longer, nor for a key that was never seen', async () => {
      const { clock, state, isRead } = start();
      expect(await isRead()).toBe(true);
      state.away = refuses;
      clock.pass(3_600_000);
      expect(await isRead()).toBe(false);
      const other = start();
      other.state.away = refuses;
      expect(await other.isRead()).toBe(false);
    });

    it('and not where BigQuery says that it is revoked, even if it is away afterwards', async () => {
      const { clock, state, isRead } = start();
      expect(await isRead()).toBe(true);
      state.isRevoked = true;
      clock.pass(30_000);
      expect(await isRead()).toBe(false);
      state.away = refuses;
      clock.pass(60_000);
      expect(await isRead()).toBe(false);
    });
  });
});
