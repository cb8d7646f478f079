import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What a flag takes: nothing (`bool`), any value, or one of several (`a|b`). */
export const flagSchema = z.union([
  z.string(),
  z.array(z.coerce.string()).transform((choices) => choices.join('|')),
]);
export type Flags = Readonly<Record<string, z.infer<typeof flagSchema>>>;

/** Commands as gcloud names them, with their flags. */
export interface CommandList {
  readonly version: string;
  readonly wideFlags: Flags;
  readonly commands: Readonly<Record<string, Flags>>;
}

export const commandListSchema = z.object({
  version: z.string(),
  wideFlags: z.record(z.string(), flagSchema),
  commands: z.record(z.string(), z.record(z.string(), flagSchema)),
});

const nodeSchema = z.object({
  flags: z.record(z.string(), flagSchema),
  get commands() {
    return z.record(z.string(), nodeSchema);
  },
});
type Node = z.infer<typeof nodeSchema>;

/** The installed gcloud's tree of commands and flags, made for completion; undefined if there is none. */
export function readInstalledTree(): { readonly version: string; readonly root: Node } | undefined {
  const info = spawnSync('gcloud', ['info', '--format=value(installation.sdk_root,basic.version)'], {
    encoding: 'utf8',
  });
  if (info.status !== 0) return undefined;
  const [sdk = '', version = ''] = info.stdout.trim().split('\t');
  const file = join(sdk, 'data/cli/gcloud_completions.py');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  return { version, root: nodeSchema.parse(JSON.parse(text.slice(text.indexOf('= {') + 2))) };
}

/** The command of a call: its words up to the first that is none. Undefined if that is only a group. */
export function findCommand(
  root: Node,
  words: readonly string[],
): { name: string; flags: Flags } | undefined {
  let node = root;
  const path: string[] = [];
  for (const word of words) {
    const next = node.commands[word];
    if (next === undefined) break;
    node = next;
    path.push(word);
  }
  return Object.keys(node.commands).length > 0 ? undefined : { name: path.join(' '), flags: node.flags };
}

/** What is wrong with a call's flags. */
export function problemsOf(args: readonly string[], flags: Flags, wideFlags: Flags): readonly string[] {
  return args.flatMap((arg) => {
    if (!arg.startsWith('--')) return [];
    const [, name = '', value] = /^(--[a-z0-9-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const known = { ...wideFlags, ...flags };
    const takes = known[name] ?? (known[name.replace('--no-', '--')] === 'bool' ? 'bool' : undefined);
    if (takes === undefined) return [`${name}: no such flag`];
    if (takes === 'bool') return value === undefined ? [] : [`${name}: takes no value, given ${value}`];
    if (value === undefined) return [`${name}: expected a value`];
    const choices = takes.toLowerCase().split('|');
    if (choices.length === 1 || choices.includes(value.toLowerCase())) return [];
    return [`${name}: expected one of ${takes}, given ${value}`];
  });
}
