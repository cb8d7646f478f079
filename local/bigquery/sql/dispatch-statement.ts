import type { StatementGroup, StatementResult } from '../model';
import { runAssertStatement } from './assert';
import { runAlterTable } from './ddl/alter-table';
import { runCreateSnapshot } from './ddl/copied-table';
import { runCreateTable } from './ddl/create-table';
import { runDropTable } from './ddl/drop-table';
import { runAlterSchema, runCreateSchema } from './ddl/schemas';
import { runAlterView, runCreateMaterializedView, runCreateView, runDropView } from './ddl/views';
import { runDeleteStatement, runTruncateStatement } from './dml/delete';
import { runInsertStatement } from './dml/insert';
import { runMergeStatement } from './dml/merge';
import { runUpdateStatement } from './dml/update';
import type { StatementRun } from './engine-context';
import { runExportData } from './export-data';
import { runLoadData } from './load-data';
import { invalidQuery, notImplemented } from './parse/query-errors';
import { type SqlText, slice } from './parse/sql-text';
import { runCreateRoutine, runDropRoutine } from './routines/define-routines';
import { runSelectStatement } from './select';

interface StatementKind {
  readonly group: StatementGroup;
  readonly run: (run: StatementRun) => Promise<StatementResult>;
}

const kinds: Readonly<Record<string, StatementKind>> = {
  astQueryStatementNode: { group: 'query', run: runSelectStatement },
  astAssertStatementNode: { group: 'query', run: runAssertStatement },
  astInsertStatementNode: { group: 'insert', run: runInsertStatement },
  astUpdateStatementNode: { group: 'mutation', run: runUpdateStatement },
  astDeleteStatementNode: { group: 'mutation', run: runDeleteStatement },
  astTruncateStatementNode: { group: 'mutation', run: runTruncateStatement },
  astMergeStatementNode: { group: 'mutation', run: runMergeStatement },
  astCreateTableStatementNode: { group: 'definition', run: runCreateTable },
  astDropStatementNode: { group: 'definition', run: runDropTable },
  astCreateViewStatementNode: { group: 'definition', run: runCreateView },
  astCreateMaterializedViewStatementNode: { group: 'definition', run: runCreateMaterializedView },
  astAlterViewStatementNode: { group: 'definition', run: runAlterView },
  astAlterMaterializedViewStatementNode: { group: 'definition', run: runAlterView },
  astDropMaterializedViewStatementNode: { group: 'definition', run: runDropView },
  astCreateSnapshotTableStatementNode: { group: 'definition', run: runCreateSnapshot },
  astDropSnapshotTableStatementNode: { group: 'definition', run: runDropView },
  astAlterSchemaStatementNode: { group: 'query', run: runAlterSchema },
  astAuxLoadDataStatementNode: { group: 'query', run: runLoadData },
  astExportDataStatementNode: { group: 'query', run: runExportData },
  astCreateSchemaStatementNode: { group: 'query', run: runCreateSchema },
  astCreateFunctionStatementNode: { group: 'query', run: runCreateRoutine },
  astCreateTableFunctionStatementNode: { group: 'query', run: runCreateRoutine },
  astCreateProcedureStatementNode: { group: 'query', run: runCreateRoutine },
  astDropFunctionStatementNode: { group: 'query', run: runDropRoutine },
  astDropTableFunctionStatementNode: { group: 'query', run: runDropRoutine },
  astAlterTableStatementNode: { group: 'definition', run: runAlterTable },
};

/** Statements that the engine reads, and BigQuery does not have, by what BigQuery calls them. */
const foreign: Readonly<Record<string, string>> = {
  astExplainStatementNode: 'ExplainStatement',
  astDescribeStatementNode: 'DescribeStatement',
  astShowStatementNode: 'ShowStatement',
  astAnalyzeStatementNode: 'AnalyzeStatement',
  astDefineTableStatementNode: 'DefineTableStatement',
  astImportStatementNode: 'ImportStatement',
  astModuleStatementNode: 'ModuleStatement',
};

/** Runs one statement that is no part of the scripting language, or only analyses it. */
export async function runStatement(run: StatementRun): Promise<StatementResult> {
  const { context, scope, script, statement, dry } = run;
  const name = foreign[statement.kind];
  if (name !== undefined)
    throw invalidQuery(`Statement not supported: ${name}`, script, statement.span.start);
  const kind = kinds[statement.kind];
  if (kind === undefined)
    throw notImplemented(`The statement ${statementName(slice(script, statement.span))}`);
  if (dry || context.gate === undefined) return kind.run(run);
  return context.gate.run(kind.group, scope.store, (store) =>
    kind.run({ ...run, scope: { ...scope, store } }),
  );
}

/** The words that a statement begins with, as far as they are BigQuery's. */
function statementName(text: SqlText): string {
  const [words = ''] = /^(?:[A-Za-z_]+\s*)+/.exec(text.bytes) ?? [];
  const given = words.toUpperCase().trim().split(/\s+/);
  const end = given.findIndex((word) => !statementWords.has(word));
  return given.slice(0, end < 0 ? undefined : Math.max(1, end)).join(' ');
}

const statementWords = new Set([
  ...['CREATE', 'ALTER', 'DROP', 'UNDROP', 'EXPORT', 'LOAD', 'DATA', 'CALL', 'GRANT', 'REVOKE', 'CLONE'],
  ...[
    'TEMP',
    'TEMPORARY',
    'EXTERNAL',
    'SNAPSHOT',
    'MATERIALIZED',
    'SEARCH',
    'VECTOR',
    'ALL',
    'ROW',
    'ACCESS',
  ],
  ...['TABLE', 'VIEW', 'SCHEMA', 'MODEL', 'FUNCTION', 'PROCEDURE', 'INDEX', 'POLICY', 'POLICIES', 'CONSTANT'],
  ...['DATABASE', 'ENTITY', 'PRIVILEGE', 'BATCH', 'AGGREGATE', 'METADATA', 'RENAME'],
]);
