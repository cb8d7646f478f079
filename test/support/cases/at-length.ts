/** Whether every case is run: where the `*.long.test.ts` beside a suite imports it, and not in `npm test`. */
export const isAtLength = expect.getState().testPath?.endsWith('.long.test.ts') === true;

/** A test that is run at length only, since another of its kind is run in short. */
export const itAtLength: (name: string, test: () => Promise<void>, timeout?: number) => void = isAtLength
  ? it
  : () => undefined;

/** All cases at length; in short the first and each `part`-th after it. */
export const casesInShort = <Case extends string | readonly [string, ...unknown[]]>(
  part: number,
  cases: readonly Case[],
): readonly Case[] => (isAtLength ? cases : cases.filter((_, index) => index % part === 0));
