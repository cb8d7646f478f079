import { z } from 'zod';
import { ServiceError } from '../../errors';

/**
 * What a key may do. `run` starts and cancels runs, `read` reads runs and figures, `results` reads what runs have
 * made: rows of tables and files. `manage` makes, rotates and revokes keys.
 */
export const scopes = ['run', 'read', 'results', 'manage'] as const;
export type KeyScope = (typeof scopes)[number];

/** All that there were before `results`. A key that was given these was meant to have all, and has it. */
const allBeforeResults: readonly KeyScope[] = ['run', 'read', 'manage'];

/** Each once, in the order of `scopes`. */
function scopesOf(named: readonly string[]): readonly KeyScope[] {
  const areAll = allBeforeResults.every((scope) => named.includes(scope));
  return areAll ? scopes : scopes.filter((scope) => named.includes(scope));
}

/** Names for sets that are often wanted. */
export const scopePresets = {
  full: scopes,
  operate: ['run', 'read'],
  observe: ['read'],
} as const satisfies Readonly<Record<string, readonly KeyScope[]>>;

const presetNames = Object.keys(scopePresets).filter(isPreset);
function isPreset(name: string): name is keyof typeof scopePresets {
  return Object.hasOwn(scopePresets, name);
}

const expectedScopes = `expected some of ${scopes.join(', ')}, or one of ${presetNames.join(', ')}`;

/** A list of scopes, or the name of a preset. Each scope comes out once, in the order of `scopes`. */
export const scopesSchema = z
  .union([z.array(z.enum(scopes)).min(1, expectedScopes).max(20, expectedScopes), z.enum(presetNames)], {
    error: expectedScopes,
  })
  .transform((given) => scopesOf(typeof given === 'string' ? scopePresets[given] : given));

/**
 * The scopes as a table has them. None means all: a key that was made before there were scopes. One that a later
 * version has given is left out.
 */
export const storedScopes = (stored: readonly string[]): readonly KeyScope[] =>
  stored.length === 0 ? scopes : scopesOf(stored);

/** Throws `insufficient_scope`, naming the scope that is needed. */
export function requireScope(given: readonly KeyScope[], needed: KeyScope): void {
  if (given.includes(needed)) return;
  throw new ServiceError(
    'insufficient_scope',
    `Forbidden: this needs the scope '${needed}'. What was sent has: ${given.join(', ') || 'none'}`,
    { members: { required_scope: needed } },
  );
}
