import type { HttpRequest } from '../route';

/** The next page of what was asked for as a Link header (RFC 8288); none on the last page. */
export function nextPageLink(
  { path, query }: Pick<HttpRequest, 'path' | 'query'>,
  cursor: string | null,
): Readonly<Record<string, string>> {
  if (cursor === null) return {};
  const next = new URLSearchParams(query);
  next.set('cursor', cursor);
  return { Link: `<${path}?${next}>; rel="next"` };
}
