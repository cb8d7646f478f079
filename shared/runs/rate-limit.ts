import { type AdmissionState, nextMonthOf } from './admission-rules';

/**
 * The rate limit headers of an answer of `run`: a policy for each quota that is not unlimited, and what is left of it.
 * https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-11.html
 */
export function rateLimitHeaders(state: AdmissionState, now: Date): Record<string, string> {
  const policies: string[] = [];
  const limits: string[] = [];
  const { max_pipelines_per_month: monthly, max_concurrent_pipelines: concurrent } = state;
  if (monthly !== null) {
    const end = nextMonthOf(now).getTime();
    const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
    policies.push(`"monthly";q=${monthly};w=${(end - start) / 1000}`);
    const untilEnd = Math.ceil((end - now.getTime()) / 1000);
    limits.push(`"monthly";r=${Math.max(0, monthly - state.used_this_month)};t=${untilEnd}`);
  }
  if (concurrent !== null) {
    policies.push(`"concurrent";q=${concurrent};qu="concurrent-requests"`);
    limits.push(`"concurrent";r=${Math.max(0, concurrent - state.running)}`);
  }
  if (policies.length === 0) return {};
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: limits.join(', ') };
}
