import { invalidArgument } from './errors';

/**
 * The fields of `resource` that an update mask names, in either spelling (`push_config`, `pushConfig`).
 * @throws PubSubError INVALID_ARGUMENT when the mask is empty, or names a field that is unknown, `fixed`, or part of
 *   another field
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
