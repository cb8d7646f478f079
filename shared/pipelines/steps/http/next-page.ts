import type { HttpStep } from '../../../definitions/schemas/pipeline-schema';
import { refuse } from './api-failures';

/** A request for one page. */
export interface PageRequest {
  readonly url: URL;
  /** From 1. */
  readonly number: number;
}

/** What a page says about the next one. */
export interface PageAnswer {
  readonly link: string | undefined;
  /** The value at the paging's path in an answer of JSON. */
  readonly next?: unknown;
  readonly hasRecords: boolean;
}

export function firstPage(url: URL, paging: HttpStep['paging']): PageRequest {
  const first = new URL(url);
  if (paging?.type === 'page_number') first.searchParams.set(paging.parameter, String(paging.first));
  return { url: first, number: 1 };
}

/**
 * The page after this one; undefined after the last. @throws KnownFailure for one that may not be requested
 */
export function nextPage(
  page: PageRequest,
  paging: HttpStep['paging'],
  answer: PageAnswer,
): PageRequest | undefined {
  const url = nextUrl(page, paging, answer);
  if (url === undefined) return undefined;
  // The secret header goes to the definition's host only.
  if (url.origin !== page.url.origin || url.username !== '' || url.password !== '') {
    throw refuse('access_denied', `it names a next page elsewhere, expected one on ${page.url.host}.`);
  }
  return { url, number: page.number + 1 };
}

function nextUrl(
  { url, number }: PageRequest,
  paging: HttpStep['paging'],
  answer: PageAnswer,
): URL | undefined {
  switch (paging?.type) {
    case undefined:
      return undefined;
    case 'page_number':
      return answer.hasRecords
        ? withParameter(url, paging.parameter, String(paging.first + number))
        : undefined;
    case 'link_header':
      return resolve(findNextLink(answer.link ?? ''), url);
    case 'next_link':
      return resolve(textOf(answer.next, paging.path), url);
    case 'cursor': {
      const cursor = textOf(answer.next, paging.path);
      return cursor === undefined ? undefined : withParameter(url, paging.parameter, cursor);
    }
  }
}

function withParameter(url: URL, name: string, value: string): URL {
  const next = new URL(url);
  next.searchParams.set(name, value);
  return next;
}

function textOf(next: unknown, path: string): string | undefined {
  const found = next ?? '';
  if (typeof found !== 'string' && typeof found !== 'number') {
    throw refuse('invalid_data', `expected a text or null at '${path}', given another value.`);
  }
  return found === '' ? undefined : String(found);
}

function resolve(text: string | undefined, base: URL): URL | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text, base.href)) return new URL(text, base);
  throw refuse('invalid_data', 'it names a next page, but not by a URL.');
}

/** The target of rel=next. https://www.rfc-editor.org/rfc/rfc8288#section-3 */
function findNextLink(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)/g,
  )) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]+))/i.exec(parameters);
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes('next')) return target;
  }
  return undefined;
}
