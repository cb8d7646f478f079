/** The flags of a call, and its other words. */
export interface Call {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly stdin: string;
}

export function parseCall(args: readonly string[], stdin: string): Call {
  const flags = new Map<string, string>();
  const words: string[] = [];
  for (const arg of args) {
    if (!arg.startsWith('--')) words.push(arg);
    else if (arg.includes('=')) flags.set(arg.slice(2, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
    else flags.set(arg.slice(2), 'true');
  }
  return { words, flags, stdin };
}

/** `a=1,b=2` as an object. Throws if an item has no `=`. */
export function parsePairs(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      if (at < 0) throw new Error(`Bad syntax for dict arg: [${pair}]`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
