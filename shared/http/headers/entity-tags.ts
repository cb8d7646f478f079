import { ServiceError } from '../../errors';
import { invalidFields } from '../list-problems';
import type { HttpRequest } from '../route';

/** Of which versions something has to be, so that it is changed. */
export type WantedVersions = 'any' | readonly string[];

/**
 * An entity tag, https://www.rfc-editor.org/rfc/rfc9110#field.etag. A weak one is another kind of tag: it says that
 * what it stands for is alike, not equal.
 */
const tag = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/** As `ETag` and `If-Match` have it. */
export const tagOfVersion = (version: string): string => `"${version}"`;

/** The headers of an answer that shows something in this version. */
export const entityTag = (version: string): Readonly<Record<string, string>> => ({
  ETag: tagOfVersion(version),
});

/**
 * The versions that a change is meant for; any where `If-Match` is absent or `*`. Weak tags match nothing.
 * https://www.rfc-editor.org/rfc/rfc9110#field.if-match
 */
export function ifMatchOf({ header }: Pick<HttpRequest, 'header'>): WantedVersions {
  const tags = tagsOf('If-Match', header('If-Match') ?? '*');
  return tags === 'any' ? 'any' : tags.flatMap(({ version, isWeak }) => (isWeak ? [] : [version]));
}

/**
 * Whether the caller has this version already, so that it need not be told again.
 * https://www.rfc-editor.org/rfc/rfc9110#field.if-none-match
 */
export function isKnownToCaller({ header }: Pick<HttpRequest, 'header'>, version: string): boolean {
  const given = header('If-None-Match');
  if (given === undefined) return false;
  const tags = tagsOf('If-None-Match', given);
  return tags === 'any' || tags.some((known) => known.version === version);
}

/** Throws `invalid_request` for what is no list of tags. */
function tagsOf(
  name: string,
  given: string,
): 'any' | readonly { readonly version: string; readonly isWeak: boolean }[] {
  if (given.trim() === '*') return 'any';
  return given.split(',').map((part) => {
    const [found, weak, version] = tag.exec(part.trim()) ?? [];
    if (found === undefined || version === undefined) {
      const message = 'expected * or entity tags such as "2f1e-7", as the ETag of an answer has them';
      throw invalidFields([{ field: name, message }], 1);
    }
    return { version, isWeak: weak !== undefined };
  });
}

/** The caller's version is not that of now, which the answer's ETag says. */
export const preconditionFailed = (version: string): ServiceError =>
  new ServiceError(
    'precondition_failed',
    'It was changed since: its version is none of those in If-Match. Nothing was changed. Read it again.',
    { headers: entityTag(version) },
  );
