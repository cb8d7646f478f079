import type { StatementResult } from '../model';
import { planQuery } from './analyse/plan-query';
import { referencedTables } from './analyse/query-plan';
import { child, children, isNode, spanOf, stringAt, unwrap } from './engine/tree';
import type { ExportOptions, StatementRun } from './engine-context';
import { bytesProcessed } from './evaluate/bytes-processed';
import { checkEvaluable } from './evaluate/check-evaluable';
import { evaluate } from './evaluate/evaluate';
import { invalidQuery, notImplemented } from './parse/query-errors';
import { bytesAt, derived, slice } from './parse/sql-text';
import { evaluateInParts } from './parts/in-parts';

/** EXPORT DATA: writes a query's rows to files. */
export async function runExportData(run: StatementRun): Promise<StatementResult> {
  const { context, scope, script, statement, dry } = run;
  if (context.exportRows === undefined) throw notImplemented('EXPORT DATA');
  if (isNode(statement.node.withConnectionClause) || isNode(statement.node.withConnection))
    throw notImplemented('EXPORT DATA WITH CONNECTION');
  const options = await exportOptions(run);
  const text = slice(script, spanOf(child(statement.node, 'query')) ?? statement.span);
  const plan = await planQuery(context, { text, scope });
  await checkEvaluable(context, plan, scope);
  if (!dry) {
    const schema = plan.output.map((field, index) => ({ ...field, name: field.name || `f${index}_` }));
    await context.exportRows(
      { schema, rows: await evaluateInParts(context, { text, scope }, plan) },
      options,
    );
  }
  return {
    statementType: 'EXPORT_DATA',
    referencedTables: referencedTables([plan]),
    bytesProcessed: bytesProcessed([plan], scope),
  };
}

const formats: Readonly<Record<string, ExportOptions['format']>> = {
  CSV: 'CSV',
  JSON: 'NEWLINE_DELIMITED_JSON',
};

async function exportOptions({ context, scope, script, statement }: StatementRun): Promise<ExportOptions> {
  const given = new Map<string, string>();
  for (const entry of children(child(statement.node, 'optionsList'), 'optionsEntries')) {
    const place = spanOf(unwrap(entry.value)?.node);
    const name = stringAt(child(entry, 'name'), 'idString')?.toLowerCase() ?? '';
    if (place === undefined) continue;
    const text = derived(script, `SELECT CAST((${bytesAt(script, place)}) AS STRING)`, place.start);
    const [row] = await evaluate(context, await planQuery(context, { text, scope }), scope);
    const cell = row?.[0];
    if (!['uri', 'format', 'compression', 'header', 'field_delimiter', 'overwrite'].includes(name))
      throw notImplemented(`The option ${name} of EXPORT DATA`);
    if (typeof cell === 'string') given.set(name, cell);
  }
  const [uri = '', name = ''] = [given.get('uri'), given.get('format')?.toUpperCase()];
  const format = formats[name];
  if (uri.split('*').length !== 2)
    throw invalidQuery(`Option 'uri' value must be a wild card URI with one *: ${uri}`, script);
  if (format === undefined) throw notImplemented(`EXPORT DATA with format ${name}`);
  const compression = given.get('compression')?.toUpperCase();
  const fieldDelimiter = given.get('field_delimiter');
  return {
    uri,
    format,
    printHeader: given.get('header') === 'true',
    ...(compression !== undefined && { compression }),
    ...(fieldDelimiter !== undefined && { fieldDelimiter }),
  };
}
