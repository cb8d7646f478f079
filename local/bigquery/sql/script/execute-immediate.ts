import type { StatementResult } from '../../model';
import { child, children, stringAt, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { positionalName } from '../parse/parser';
import { invalidQuery } from '../parse/query-errors';
import type { Scope, TypedValue } from '../scope';
import type { Jump, ScriptRun } from './script-run';
import { assignCell, givenValue, textValue } from './script-variables';

/** EXECUTE IMMEDIATE: runs a text that the script makes. A dry run knows the text only where it is a literal. */
export async function executeImmediate(run: ScriptRun, inBlock: StatementRun): Promise<Jump | undefined> {
  const { context, scope, script, statement, dry } = inBlock;
  const { node, span } = statement;
  const isLiteral = unwrap(node.sql)?.kind === 'astStringLiteralNode';
  if (dry && !isLiteral) return undefined;
  const sql = isLiteral
    ? stringAt(unwrap(node.sql)?.node, 'stringValue')
    : await textValue(inBlock, node.sql);
  const parameters: TypedValue[] = [];
  for (const [index, argument] of children(child(node, 'usingClause'), 'arguments').entries()) {
    const name = stringAt(child(argument, 'alias', 'identifier'), 'idString') ?? positionalName(index + 1);
    parameters.push(await givenValue(inBlock, argument.expression, name));
  }
  const parsed = await context.parser.script(sql ?? '');
  const results: StatementResult[] = [];
  const inner: Scope = { ...scope, parameters: parameters.length > 0 ? parameters : scope.parameters };
  await run.runBlock({ ...run, script: parsed.text, results }, inner, parsed.statements);
  run.results.push(...results);
  const names = children(child(node, 'intoClause', 'identifiers'), 'identifierList').flatMap(
    (each) => stringAt(each, 'idString') ?? [],
  );
  if (names.length === 0 || dry) return undefined;
  const { schema = [], rows = [] } = results.at(-1) ?? {};
  if (rows.length > 1)
    throw invalidQuery('EXECUTE IMMEDIATE INTO: the query gives more than one row', script, span.start);
  for (const [index, name] of names.entries()) {
    const field = schema[index];
    if (field === undefined)
      throw invalidQuery('EXECUTE IMMEDIATE INTO: the query gives fewer columns', script, span.start);
    await assignCell(inBlock, name, { name, field, cell: rows[0]?.[index] ?? null });
  }
  return undefined;
}
