import type { MonthlyLeft, QuotasLeft } from '../../runs/rules/quotas-left';

/**
 * The headers that say what is left of a tenant's quotas: a policy for each quota that is not unlimited, and
 * none where all are. https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-11.html
 */
export function rateLimitHeaders({ monthly, bytes, concurrent }: QuotasLeft): Record<string, string> {
  const policies: string[] = [];
  const limits: string[] = [];
  const tellMonthly = (name: string, unit: string, left: MonthlyLeft | undefined) => {
    if (left === undefined) return;
    policies.push(`"${name}";q=${left.quota}${unit};w=${left.monthSeconds}`);
    limits.push(`"${name}";r=${left.left};t=${left.secondsLeft}`);
  };
  tellMonthly('monthly', '', monthly);
  tellMonthly('bytes', ';qu="bytes-billed"', bytes);
  if (concurrent !== undefined) {
    policies.push(`"concurrent";q=${concurrent.quota};qu="concurrent-requests"`);
    limits.push(`"concurrent";r=${concurrent.left}`);
  }
  if (policies.length === 0) return {};
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: limits.join(', ') };
}
