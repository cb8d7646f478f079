/** The columns of the one in which the other differs. */
export const differencesOf = (one: object, other: object): readonly string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .map((name) => [name, textOf(Reflect.get(one, name)), textOf(Reflect.get(other, name))] as const)
    .filter(([name, before, after]) => name !== 'tenant_id' && before !== after)
    .map(([name, before, after]) => `${name} ${before}, then ${after}`);

const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : String(value ?? null);
