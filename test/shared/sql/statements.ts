import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ParameterTypes, Statement } from '../../../shared/sql/define-statement';

const folder = join(__dirname, '../../../shared/sql');

const isStatement = (value: unknown): value is Statement<ParameterTypes, unknown> =>
  typeof value === 'object' && value !== null && 'sql' in value && 'parameters' in value;

/** Every statement of shared/sql, with the file that defines it. */
export const statements = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
  if (!file.endsWith('.ts')) return [];
  const exported: Record<string, unknown> = require(join(folder, file));
  return Object.values(exported)
    .filter(isStatement)
    .map((statement) => [file, statement] as const);
});
