import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DefinitionProblem } from './definition-problems';
import { readDefinitionText, readJsonDefinition, statDefinitionFile } from './read-definition';
import { fieldsSchema } from './schemas/field-schema';
import { knownFormatsSchema } from './schemas/known-formats-schema';
import type { Step, WrittenStep } from './schemas/pipeline-schema';

interface ReadStep {
  /** With an empty text or no schema where a file could not be read. */
  readonly step: Step;
  /** A string is a complete line: the fault is in the file beside the definition. */
  readonly problems: readonly (DefinitionProblem | string)[];
}

/** Reads the file that a field names, if it names one. */
type ReadBeside = <T>(field: string, name: string | undefined, load: (file: string) => T) => T | undefined;

/** The step with the contents of the files beside the definition that it names. */
export function readStepFiles(definitionFile: string, written: WrittenStep, index: number): ReadStep {
  const problems: (DefinitionProblem | string)[] = [];
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
  if (written.type === 'load') {
    const { schema, schema_file, known_formats_file, ...rest } = written;
    read('sample_file', rest.sample_file, statDefinitionFile);
    return {
      ...rest,
      schema: schema ?? read('schema_file', schema_file, readFields),
      known_formats: read('known_formats_file', known_formats_file, readFormats),
    };
  }
  if (written.type === 'http') {
    const { schema, schema_file, ...rest } = written;
    return { ...rest, schema: schema ?? read('schema_file', schema_file, readFields) };
  }
  return written;
}

const readFormats = (file: string) => readJsonDefinition(file, knownFormatsSchema);
const readFields = (file: string) => readJsonDefinition(file, fieldsSchema);
