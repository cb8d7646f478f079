import type { QuotasLeft } from '../../runs/rules/admission-rules';

/**
 * The headers that say what is left of a tenant's quotas: a policy for each quota that is not unlimited, and
 * none where all are. https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-11.html
 */
export function rateLimitHeaders({ monthly, concurrent }: QuotasLeft): Record<string, string> {
  const policies: string[] = [];
  const limits: string[] = [];
  if (monthly !== undefined) {
    policies.push(`"monthly";q=${monthly.quota};w=${monthly.monthSeconds}`);
    limits.push(`"monthly";r=${monthly.left};t=${monthly.secondsLeft}`);
  }
  if (concurrent !== undefined) {
    policies.push(`"concurrent";q=${concurrent.quota};qu="concurrent-requests"`);
    limits.push(`"concurrent";r=${concurrent.left}`);
  }
  if (policies.length === 0) return {};
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: limits.join(', ') };
}
