import type { Field, SqlEngine, TableReference } from 'local-bigquery/engine';
import { BigQueryError, fromBytes, offsetAt, toBytes } from 'local-bigquery/engine';
import { withoutTexts } from '../../../shared/definitions/sql/sql-texts';
import type { NamedQueryParameter } from '../../../shared/pipelines/rules/pipeline-parameters';
import { judgeQuery, type RunSources } from '../../../shared/pipelines/rules/run-sources';

export interface AnalysedText {
  readonly sql: string;
  readonly parameters: readonly NamedQueryParameter[];
  /** Of the project in which it would run. */
  readonly projectId: string;
  readonly reach: RunSources;
}

/** Something wrong with a text, and where in it. */
export interface TextProblem {
  readonly offset: number;
  readonly message: string;
  /** The table that the text reads, where there is none of this name. */
  readonly missing?: TableReference;
  readonly isWarning?: boolean | undefined;
  /** Whether BigQuery knows what the local engine does not. */
  readonly isGap?: boolean;
}

export interface Analysis {
  /** The columns of its result, if it has any. */
  readonly schema?: readonly Field[];
  readonly problems: readonly TextProblem[];
}

/** Analyses a text as GoogleSQL does, and judges what it reads as it is judged before it runs. */
export async function analyseText(engine: SqlEngine, text: AnalysedText): Promise<Analysis> {
  const { sql, parameters, projectId, reach } = text;
  const defaultDataset = { projectId, datasetId: reach.datasetId };
  try {
    const result = await engine.analyze({ sql, projectId, defaultDataset, parameters });
    const { statementType, referencedTables: tables, schema } = result;
    const refusals = judgeQuery(reach, { projectId, statementType, tables, others: [] });
    const problems = refusals.map(({ message, name }) => ({ offset: offsetOfName(sql, name), message }));
    return { ...(schema && { schema }), problems };
  } catch (error) {
    if (!(error instanceof BigQueryError)) throw error;
    return { problems: [readError(text, error)] };
  }
}

function readError({ sql, projectId, reach }: AnalysedText, { message, reason }: BigQueryError): TextProblem {
  const statement = /^The statement (.+) is not supported/.exec(message)?.[1];
  if (reason === 'notImplemented' && statement !== undefined) {
    const facts = { projectId, statementType: statement, tables: [], others: [] };
    return { offset: 0, message: judgeQuery(reach, facts)[0]?.message ?? message };
  }
  if (reason === 'notImplemented') {
    const what = message.replace(/ is not supported by the local BigQuery\.$/, '');
    return { offset: 0, message: `${what}: ${gapMessage}`, isGap: true };
  }
  const missing = missingTable(message);
  if (missing !== undefined) return { offset: offsetOfName(sql, missing.tableId), message, missing };
  const [at = '', line, column] = / at \[(\d+):(\d+)\]$/.exec(message) ?? [];
  if (line === undefined) return { offset: 0, message };
  const bytes = toBytes(sql);
  const before = bytes.slice(0, offsetAt(bytes, Number(line), Number(column)));
  return { offset: fromBytes(before).length, message: message.slice(0, -at.length) };
}

const gapMessage = 'BigQuery knows this, the local engine (2023-08) does not: it cannot be tried here';

function missingTable(message: string): TableReference | undefined {
  const [, projectId, datasetId, tableId] =
    /^Not found: Table ([^:]+):([^.]+)\.(.+) was not found/.exec(message) ?? [];
  if (projectId === undefined || datasetId === undefined || tableId === undefined) return undefined;
  return { projectId, datasetId, tableId };
}

/** Where a name stands in a text; the text's start where it does not. */
function offsetOfName(sql: string, name: string | undefined): number {
  if (name === undefined) return 0;
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return Math.max(0, withoutTexts(sql).search(new RegExp(`(?<![\\w])${escaped}(?![\\w])`)));
}
