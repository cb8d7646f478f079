import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import {
  findPipelineSchemaProblems,
  pipelineSchemaText,
} from '../../../../local/tools/check/pipeline-json-schema';
import { findPipelineFiles } from '../../../../shared/definitions/pipelines';

const schemas = join(__dirname, '../../../../schemas');
const node = z.record(z.string(), z.unknown());

/** The paths of properties without a description; a constant needs none. */
function undescribed(schema: unknown, path = ''): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((item) => undescribed(item, path));
  const parsed = node.safeParse(schema);
  if (!parsed.success) return [];
  const { properties, ...rest } = parsed.data;
  const inner = Object.entries(node.parse(properties ?? {})).flatMap(([name, value]) => {
    const { description, const: constant } = node.parse(value);
    const own = description === undefined && constant === undefined ? [`${path}.${name}`] : [];
    return [...own, ...undescribed(value, `${path}.${name}`)];
  });
  return [...inner, ...Object.values(rest).flatMap((value) => undescribed(value, path))];
}

describe('schemas/pipeline.schema.json', () => {
  it('is current: npm run schema makes it so', () => {
    expect(findPipelineSchemaProblems(schemas)).toEqual([]);
    expect(existsSync(join(schemas, 'pipeline.schema.json'))).toBe(true);
  });

  it('describes every field', () => {
    expect(undescribed(JSON.parse(pipelineSchemaText()))).toEqual([]);
  });

  it('is named by the first line of every definition, where editors look for it', () => {
    const { files } = findPipelineFiles(schemas);
    expect(files.length).toBeGreaterThan(0);
    for (const { file } of files) {
      const [, named = ''] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(file, 'utf8')) ?? [];
      expect(join(dirname(file), named)).toBe(join(schemas, 'pipeline.schema.json'));
    }
  });
});
