import { invalidArgument } from '../../pubsub-error';

const defaultPageSize = 100;
const largestPageSize = 1000;

/**
 * One page of `items`, in the order of `nameOf`. The page token is the last name of the page before, so items
 * that are added or deleted meanwhile neither repeat nor hide others.
 * @throws PubSubError INVALID_ARGUMENT for a negative page size
 */
export const listPage = <Item>(
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

/**
 * The fields of `resource` that an update mask names, in either spelling (`push_config`, `pushConfig`).
 * @throws PubSubError INVALID_ARGUMENT when the mask is empty, or names a field that is unknown, `fixed`, or
 *   part of another field
 */
export const changedFields = <Resource extends object>(
  resource: Resource,
  paths: readonly string[] | undefined,
  fixed: readonly string[],
): Partial<Resource> => {
  if (!paths?.length)
    throw invalidArgument('The update_mask in the UpdateRequest must be set, and must contain a field.');
  const fields = new Set(paths.map(camelCase));
  for (const field of fields) {
    if (!(field in resource) || fixed.includes(field)) {
      throw invalidArgument(`Invalid update_mask provided: the field ${field} cannot be updated.`);
    }
  }
  const changed: Partial<Resource> = { ...resource };
  for (const field in changed) if (!fields.has(field)) delete changed[field];
  return changed;
};

const camelCase = (path: string): string =>
  path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
