import { invalidArgument } from './errors';

const defaultPageSize = 100;
const largestPageSize = 1000;

/**
 * One page of `items`, in the order of `nameOf`. The page token is the name that the previous page ended with, so
 * what is added or deleted meanwhile neither repeats nor hides other items.
 * @throws PubSubError INVALID_ARGUMENT for a negative page size
 */
export const pageOf = <Item>(
  items: Iterable<Item>,
  nameOf: (item: Item) => string,
  { pageSize, pageToken }: { pageSize: number; pageToken: string },
): { page: Item[]; nextPageToken: string } => {
  if (pageSize < 0) throw invalidArgument(`Invalid page size given (page_size=${pageSize}).`);
  const after = Buffer.from(pageToken, 'base64url').toString();
  const sorted = [...items]
    .filter((item) => nameOf(item) > after)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const page = sorted.slice(0, Math.min(pageSize || defaultPageSize, largestPageSize));
  const last = page.at(-1);
  const nextPageToken =
    last && page.length < sorted.length ? Buffer.from(nameOf(last)).toString('base64url') : '';
  return { page, nextPageToken };
};
