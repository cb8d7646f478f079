import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may make admin calls. Open exists for the local cloud only. */
export type AdminRule = { readonly kind: 'key'; readonly key: string } | { readonly kind: 'open' };

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What of the environment decides it. */
interface AdminEnvironment {
  readonly ADMIN_API_KEY?: string | undefined;
  readonly BIGQUERY_EMULATOR_HOST?: string | undefined;
}

/**
 * The admin rule the environment asks for. Without `ADMIN_API_KEY` admin calls are open where BigQuery is an
 * emulator on this machine; anywhere else this throws, so that the process does not start.
 */
export function adminRuleOf(env: AdminEnvironment): AdminRule {
  if (env.ADMIN_API_KEY !== undefined) return { kind: 'key', key: env.ADMIN_API_KEY };
  if (pointsAtThisMachine(env.BIGQUERY_EMULATOR_HOST)) return { kind: 'open' };
  throw new Error('Environment: ADMIN_API_KEY is missing: admin calls cannot be authenticated without it');
}

function pointsAtThisMachine(emulatorHost: string | undefined): boolean {
  if (emulatorHost === undefined || !URL.canParse(emulatorHost)) return false;
  return loopbackHosts.has(new URL(emulatorHost).hostname);
}

/** True when the rule is open or the given key is the admin key. Compared by digest, in constant time. */
export function isAdmin(rule: AdminRule, given: string | undefined): boolean {
  if (rule.kind === 'open') return true;
  return given !== undefined && timingSafeEqual(digest(given), digest(rule.key));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
