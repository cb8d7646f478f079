import type { HttpRequest } from '../route';

/**
 * Whether a browser sends the request for a page of this very host, or for its user. A page of another site can have a
 * browser send requests with the user's cookies, but neither of these headers does it write itself. `Origin` counts where
 * a browser has no `Sec-Fetch-Site`, and for scripts, which can say it.
 * https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function comesFromOwnPage({ header }: Pick<HttpRequest, 'header'>): boolean {
  const site = header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const host = header('Host');
  return host !== undefined && header('Origin') === `https://${host}`;
}
