import { parseArgs } from 'node:util';

/** How large the overload is. */
export interface Sizes {
  /** That run once each. */
  readonly tenants: number;
  /** Requests under way at any moment. */
  readonly clients: number;
  /** Of the tenant that floods. */
  readonly runs: number;
  /** Of load that goes on. */
  readonly seconds: number;
}

/** The benchmark's parts that were asked for, and their sizes. Throws where an option is not understood. */
export function readSizes(args: readonly string[]): {
  readonly asked: readonly string[];
  readonly sizes: Sizes;
} {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tenants: { type: 'string', default: '1000' },
      clients: { type: 'string', default: '200' },
      runs: { type: 'string', default: '3000' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const numberOf = (option: keyof typeof values): number => {
    const given = values[option];
    if (!/^[1-9]\d{0,5}$/.test(given)) throw new Error(`--${option}: expected a number, given '${given}'`);
    return Number(given);
  };
  return {
    asked: positionals,
    sizes: {
      tenants: numberOf('tenants'),
      clients: numberOf('clients'),
      runs: numberOf('runs'),
      seconds: numberOf('seconds'),
    },
  };
}
