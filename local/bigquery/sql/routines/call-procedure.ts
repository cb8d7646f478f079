import { routineNotFoundInQuery } from '../../not-found';
import { missingTable } from '../analyse/reachable-tables';
import { type ByteSpan, child, children, pathSegments, spanOf, stringAt, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { statementsOf } from '../parse/parser';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { bytesAt } from '../parse/sql-text';
import type { Scope, TypedValue } from '../scope';
import type { Jump, ScriptRun } from '../script/script-run';
import { assignCell, typedValue } from '../script/script-variables';
import { definitionOf, routineReference } from './kept-routines';

/** https://cloud.google.com/bigquery/quotas#script_limits: stack depth. */
const deepest = 50;

/** CALL: runs a procedure's statements, which see its parameters and none of the caller's variables. */
export async function callProcedure(run: ScriptRun, inBlock: StatementRun): Promise<Jump | undefined> {
  const { context, scope, script, statement, dry } = inBlock;
  const path = pathSegments(child(statement.node, 'procedureName')).flatMap((each) => each.split('.'));
  const given = children(statement.node, 'arguments').map(({ expr }) => unwrap(expr));
  if (path[0]?.toUpperCase() === 'BQ') return systemProcedure(path);
  const depth = (run.depth ?? 0) + 1;
  // What a dry run would look at again is no different.
  if (dry && depth > 2) return undefined;
  if (depth > deepest) throw invalidQuery(`Procedures are called more than ${deepest} levels deep`, script);
  const definition = definitionOf(scope, path, 'PROCEDURE');
  if (definition === undefined) throw missingProcedure(scope, path);
  const { text, statements } = await context.parser.script(definition);
  const procedure = statements[0]?.node ?? {};
  const parameters = children(child(procedure, 'parameters'), 'parameterEntries').map((entry) => ({
    name: stringAt(child(entry, 'name'), 'idString') ?? '',
    type: typeText(spanOf(unwrap(entry.type)?.node)),
    mode: stringAt(entry, 'procedureParameterMode'),
  }));
  if (given.length !== parameters.length)
    throw invalidQuery(
      `Number of arguments does not match for procedure ${path.join('.')}: ${parameters.length} expected, ${given.length} given`,
      script,
      statement.span.start,
    );
  const variables = new Map<string, TypedValue>();
  for (const [index, { name, type, mode }] of parameters.entries()) {
    const place = spanOf(given[index]?.node);
    const value = mode === 'OUT' || place === undefined ? 'NULL' : bytesAt(script, place);
    variables.set(name.toLowerCase(), await typedValue(inBlock, name, type, value));
  }
  const inside: Scope = { ...scope, variables, parameters: [] };
  const body = statementsOf(child(procedure, 'body', 'statementListNode'));
  await run.runBlock({ ...run, script: text, depth }, inside, body);
  for (const [index, { name, mode }] of parameters.entries()) {
    const value = variables.get(name.toLowerCase());
    if ((mode !== 'OUT' && mode !== 'INOUT') || value === undefined) continue;
    const [variable, ...others] = pathSegments(given[index]?.node);
    if (variable === undefined || others.length > 0)
      throw invalidQuery(`The argument for the ${mode} parameter ${name} must be a variable`, script);
    await assignCell(inBlock, variable, value);
  }
  return undefined;

  function typeText(place: ByteSpan | undefined): string {
    if (place === undefined) throw notImplemented('A procedure with a parameter of ANY TYPE');
    return bytesAt(text, place);
  }
}

/** A materialised view is up to date whenever it is read. */
function systemProcedure(path: readonly string[]): undefined {
  const name = path.join('.').toUpperCase();
  if (name !== 'BQ.REFRESH_MATERIALIZED_VIEW') throw notImplemented(`The procedure ${name}`);
  return undefined;
}

function missingProcedure(scope: Scope, path: readonly string[]): Error {
  const reference = routineReference(scope, path);
  return reference === undefined
    ? missingTable(scope, path)
    : routineNotFoundInQuery(reference, path.at(-1) ?? '');
}
