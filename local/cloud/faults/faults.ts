export interface FaultOptions {
  /** A whole number that decides which calls go wrong, and how. */
  readonly seed: number;
  /** The share of calls that go wrong, 0 to 1; 0.05 unless given. */
  readonly rate?: number | undefined;
  /** How long a hung call lasts, in milliseconds; 2,000 to 5,000 is realistic. */
  readonly hangMs?: number | undefined;
  /** The longest delay of a late answer or delivery, in milliseconds. */
  readonly lateMs?: number | undefined;
}

/**
 * A call as faults see it. The same identity stands for the same call in every run: it is made of what the
 * caller says (a job's id, a statement and its parameters, a message's content), never of times or of the
 * order of arrival.
 */
export interface FaultyCall {
  readonly kind: string;
  readonly identity: string;
}

/** What goes wrong with a call, and for how many milliseconds, where time matters. */
export interface Fault<Kind extends string> {
  readonly kind: Kind;
  readonly hangMs: number;
  readonly lateMs: number;
}

export interface Faults {
  /** What goes wrong with this call, one of `kinds`; usually nothing. */
  next<Kind extends string>(call: FaultyCall, kinds: readonly Kind[]): Fault<Kind> | undefined;
  /** @param rate 0 turns all faults off */
  setRate(rate: number): void;
}

const defaults = { rate: 0.05, hangMs: 3_000, lateMs: 1_000 };
/** How many identities have their calls counted; the first one seen is the first to be forgotten. */
const countedIdentities = 200_000;

/**
 * Decides by the seed, the kind of call, its identity, and how often this identity has called before. So the
 * n-th call of an identity meets the same fault in every run with the same seed and rate, whatever other
 * calls do. Calls are counted at rate 0 too.
 */
export function createFaults(options: FaultOptions): Faults {
  const { seed, hangMs = defaults.hangMs, lateMs = defaults.lateMs } = options;
  let rate = options.rate ?? defaults.rate;
  const counts = new Map<string, number>();

  const count = (key: string): number => {
    const seen = counts.get(key) ?? 0;
    counts.set(key, seen + 1);
    const [oldest] = counts.keys();
    if (counts.size > countedIdentities && oldest !== undefined) counts.delete(oldest);
    return seen;
  };

  return {
    next({ kind, identity }, kinds) {
      const nth = count(`${kind} ${identity}`);
      const draw = (purpose: string) => seededFraction(seed, purpose, kind, identity, nth);
      if (draw('whether') >= rate) return undefined;
      const chosen = kinds[Math.floor(draw('which') * kinds.length)];
      return chosen && { kind: chosen, hangMs, lateMs: lateMs * draw('late') };
    },
    setRate(next) {
      rate = next;
    },
  };
}

/**
 * A number in [0, 1) that depends on nothing but the seed and the texts: the same in every run and on every
 * machine. Not for secrets. (Bryc's cyrb53: two 32-bit multiply-and-xor lanes, 53 bits of which make the
 * number.)
 */
export function seededFraction(seed: number, ...parts: readonly (string | number)[]): number {
  const text = parts.join('\u0000');
  let first = 0xdeadbeef ^ seed;
  let second = 0x41c6ce57 ^ Math.imul(seed, 0x9e3779b1);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    first = Math.imul(first ^ code, 2654435761);
    second = Math.imul(second ^ code, 1597334677);
  }
  first = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return (4294967296 * (2097151 & second) + (first >>> 0)) / 9007199254740992;
}
