import { loadPipelines } from '../../../shared/definitions/pipelines';
import { messageOf, withSchemas } from './schemas-directory';

/** What loading a definition of one step says is wrong, without the file's name, line and column. The fields are lines of YAML. */
export function problemsOfStep(fields: string): readonly string[] {
  const lines = fields.trim().replace(/^/gm, '    ');
  const yaml = `description: A test
parameters:
  day: { type: DATE, description: A day, required: true }
  name: { type: STRING, description: A name }
steps:
  - id: only
${lines}
`;
  const files = { 'tables/x_meta_tenants.json': '{}', 'pipelines/a/b/c.yaml': yaml };
  const message = withSchemas(files, (directory) => messageOf(() => loadPipelines(directory)));
  return message.split('\n').map((line) => line.replace(/^.*c\.yaml:\d+:\d+ /, ''));
}
