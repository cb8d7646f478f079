import { loadPipelines } from '../../../shared/definitions/pipelines';
import { messageOf, withSchemas } from './schemas-directory';

const tables = { 'tables/x_meta_tenants.json': '{}' };

/** The files of schemas/ with one definition, a/b/c, and more where given. */
export const filesWith = (yaml: string, more: Readonly<Record<string, string>> = {}) => ({
  ...tables,
  'pipelines/a/b/c.yaml': yaml,
  ...more,
});

/** What loading one definition says is wrong. */
export const problemsOf = (yaml: string, more: Readonly<Record<string, string>> = {}): string =>
  withSchemas(filesWith(yaml, more), (directory) => messageOf(() => loadPipelines(directory)));

/** A definition of one query step; the fields given come beside its type. */
export const query = (more = '') => `
description: A pipeline
steps:
  - id: first
    type: query
    ${more}
`;

/** How the step is told of. */
export const step = "step 'first',";
