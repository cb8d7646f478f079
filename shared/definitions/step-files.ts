import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem } from './problem';
import { readDefinitionText, readJsonDefinition } from './read-definition';
import { fieldsSchema } from './schemas/field-schema';
import type { Step, WrittenStep } from './schemas/pipeline-schema';

interface ReadStep {
  /** What could not be read is left empty in it. */
  readonly step: Step;
  /** A whole line where the fault lies in the file beside the definition. */
  readonly problems: readonly (Problem | string)[];
}

/** Reads the file of this name beside the definition, if a field names one. */
type ReadBeside = <T>(field: string, name: string | undefined, load: (file: string) => T) => T | undefined;

/** Puts what stands in files beside the definition into a step. */
export function readStepFiles(definitionFile: string, written: WrittenStep, index: number): ReadStep {
  const problems: (Problem | string)[] = [];
  const read: ReadBeside = (field, name, load) => {
    if (name === undefined) return undefined;
    const file = join(dirname(definitionFile), name);
    try {
      return load(file);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      problems.push(existsSync(file) ? message : { path: ['steps', index, field], message });
      return undefined;
    }
  };
  return { step: withFiles(written, read), problems };
}

function withFiles(written: WrittenStep, read: ReadBeside): Step {
  if (written.type === 'query') {
    const { sql, sql_file, ...rest } = written;
    return { ...rest, sql: sql ?? read('sql_file', sql_file, readDefinitionText) ?? '' };
  }
  if (written.type === 'export') {
    const { sql, sql_file, ...rest } = written;
    return { ...rest, sql: sql ?? read('sql_file', sql_file, readDefinitionText) };
  }
  if (written.type === 'load' || written.type === 'http') {
    const { schema, schema_file, ...rest } = written;
    return { ...rest, schema: schema ?? read('schema_file', schema_file, readFields) };
  }
  return written;
}

const readFields = (file: string) => readJsonDefinition(file, fieldsSchema);
