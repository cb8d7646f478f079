import type { Journal } from '../judge/journal';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import type { Life } from './life';

/** How often things go wrong. Both are 0 once all is to become quiet. */
export interface Trouble {
  /** The share of calls that go wrong. */
  faultRate: number;
  /** The share of calls at which the calling instance dies, before or after. */
  deathRate: number;
}

/** A call of an instance to a server. */
export interface Call<T> {
  /** For the log: what is asked, and about what. */
  readonly what: string;
  /** What the server does, one after the other; others' calls may come between. */
  readonly effects: readonly (() => void)[];
  /** The answer, or throws the server's error. */
  readonly answer: () => T;
  /** From the request to the answer, in milliseconds: least and most. */
  readonly latencyMs: readonly [number, number];
  /** Whether the server may refuse it because others change the same at the same time. */
  readonly mayConflict?: boolean | undefined;
  /** How long the server lets its caller wait, in milliseconds. Its answer may then come before the effects. */
  readonly longestMs?: number | undefined;
}

export type MakeCall = <T>(life: Life, call: Call<T>) => Promise<T>;

const faults = ['refused', 'lost', 'late', 'hung'] as const;
type Fault = (typeof faults)[number] | 'conflict';

/** How much later a late call takes effect, in milliseconds. A statement may wait that long in BigQuery's queue. */
const lateMs = [1_000, 400_000] as const;
const hungMs = 70_000;

/**
 * Makes an instance's calls go through its life. Chance decides how long a call takes, and whether it is
 * refused, hangs without effect, takes effect late, or takes effect and its answer is lost. A call that was
 * on its way when the instance died may still take effect.
 */
export function createCalls(time: VirtualTime, chance: Chance, journal: Journal, trouble: Trouble): MakeCall {
  const drawFault = (mayConflict: boolean): Fault | undefined => {
    if (!chance.happens(trouble.faultRate)) return undefined;
    return mayConflict && chance.happens(0.4) ? 'conflict' : chance.pick(faults);
  };

  return <T>(life: Life, { what, effects, answer, latencyMs, mayConflict = false, longestMs }: Call<T>) =>
    new Promise<T>((resolve, reject) => {
      if (life.isOver) return;
      const death = chance.happens(trouble.deathRate) ? chance.pick(['before', 'after'] as const) : undefined;
      if (death === 'before') return life.end(`before ${what}`);
      const fault = drawFault(mayConflict);
      const latency =
        chance.mostlyShort(...latencyMs) + (fault === 'late' ? chance.mostlyShort(...lateMs) : 0);
      const settle = (settled: () => void) => {
        if (death === 'after') life.end(`after ${what}`);
        else settled();
      };
      const fail = (afterMs: number, error: Error) => {
        journal.note(`${life.name} ${what}: ${fault}`);
        time.after(afterMs, life, () => settle(() => reject(error)));
      };
      if (fault === 'refused') return fail(latency, backendError());
      if (fault === 'conflict') return fail(latency, conflictError());
      if (fault === 'hung') return fail(hungMs, brokenConnection());
      if (fault === 'late') journal.note(`${life.name} ${what}: late, by ${latency} ms`);
      // What is late waits in the server's queue, or is late on its way.
      const isHere = fault !== 'late' || longestMs === undefined || chance.happens(0.5);
      const answeredAfter = isHere ? Math.min(latency, longestMs ?? latency) : latency;
      let at = 0;
      for (const [index, effect] of effects.entries()) {
        at += Math.floor(((latency - at) * (0.3 + 0.6 * chance.fraction())) / (effects.length - index));
        time.after(at, undefined, () => {
          journal.note(`${life.name} ${what}${effects.length > 1 ? ` ${index + 1}/${effects.length}` : ''}`);
          effect();
        });
      }
      if (fault === 'lost') return fail(latency, brokenConnection());
      time.after(answeredAfter, life, () =>
        settle(() => {
          try {
            resolve(answer());
          } catch (error) {
            reject(error);
          }
        }),
      );
    });
}

const backendError = () => errorOf(503, 'backendError', 'The service is unavailable');
const conflictError = () =>
  errorOf(400, 'invalidQuery', 'Could not serialize access to table tenants due to concurrent update');
export const notFoundError = (what: string) => errorOf(404, 'notFound', `Not found: ${what}`);
export const duplicateError = (what: string) => errorOf(409, 'duplicate', `Already exists: ${what}`);

/** As Google's client gives them. */
export const errorOf = (code: number, reason: string, message: string) =>
  Object.assign(new Error(message), { code, errors: [{ reason, message }] });
const brokenConnection = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
