/** A source of chance that a seed decides: the same seed gives the same numbers in the same order. */
export interface Chance {
  /** In [0, 1). */
  readonly fraction: () => number;
  /** True for this share of the calls. */
  readonly happens: (share: number) => boolean;
  /** A whole number from `least` to `most`. */
  readonly between: (least: number, most: number) => number;
  readonly pick: <T>(among: readonly T[]) => T;
  /** From `least` to `most`, mostly short: the square of a fraction decides. */
  readonly mostlyShort: (least: number, most: number) => number;
}

/**
 * Not for secrets. (Mulberry32: 32 bits of state, and quick.)
 * https://github.com/cprosche/mulberry32
 */
export function createChance(seed: number): Chance {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    happens: (share) => fraction() < share,
    between,
    pick(among) {
      const picked = among[between(0, among.length - 1)];
      if (picked === undefined) throw new Error('Expected something to pick from');
      return picked;
    },
    mostlyShort: (least, most) => least + Math.floor(fraction() ** 2 * (most - least + 1)),
  };
}
