import type { RoutineKind } from '../../model';

/** A type as REST describes it: https://cloud.google.com/bigquery/docs/reference/rest/v2/StandardSqlDataType */
export interface StandardType {
  readonly typeKind: string;
  readonly arrayElementType?: StandardType | undefined;
  readonly structType?: { readonly fields: readonly StandardField[] } | undefined;
}

interface StandardField {
  readonly name?: string | undefined;
  readonly type?: StandardType | undefined;
}

export interface RoutineArgument {
  readonly name?: string | undefined;
  readonly argumentKind?: string | undefined;
  readonly mode?: string | undefined;
  readonly dataType?: StandardType | undefined;
}

/** What a statement that makes a routine says, in REST's parts. */
export interface RoutineParts {
  readonly arguments: readonly RoutineArgument[];
  readonly returnType?: StandardType | undefined;
  readonly definitionBody: string;
}

const heads: Readonly<Record<RoutineKind, string>> = {
  FUNCTION: 'CREATE FUNCTION',
  TABLE_FUNCTION: 'CREATE TABLE FUNCTION',
  PROCEDURE: 'CREATE PROCEDURE',
};

/** The statement that makes a routine. @param name quoted */
export function routineStatement(kind: RoutineKind, name: string, parts: RoutineParts): string {
  const list = parts.arguments.map((argument) => argumentText(argument)).join(', ');
  const head = `${heads[kind]} ${name}(${list})`;
  if (kind === 'PROCEDURE') return `${head}\n${parts.definitionBody}`;
  const returns = parts.returnType && kind === 'FUNCTION' ? ` RETURNS ${typeText(parts.returnType)}` : '';
  return `${head}${returns} AS (\n${parts.definitionBody}\n)`;
}

function argumentText({ name = '', mode, argumentKind, dataType }: RoutineArgument): string {
  const type = argumentKind === 'ANY_TYPE' || dataType === undefined ? 'ANY TYPE' : typeText(dataType);
  const before = mode === undefined || mode === 'MODE_UNSPECIFIED' ? '' : `${mode} `;
  return `${before}${quoted(name)} ${type}`;
}

function typeText({ typeKind, arrayElementType, structType }: StandardType): string {
  if (arrayElementType !== undefined) return `ARRAY<${typeText(arrayElementType)}>`;
  if (structType === undefined) return typeKind;
  const fields = structType.fields.map(({ name, type }) =>
    [name === undefined ? '' : quoted(name), type === undefined ? '' : typeText(type)].join(' '),
  );
  return `STRUCT<${fields.join(', ')}>`;
}

const quoted = (name: string): string => `\`${name.replaceAll('`', '')}\``;

/** Takes such a statement apart. */
export function routineParts(kind: RoutineKind, statement: string): RoutineParts {
  const open = outside(statement, 0, (sign) => sign === '(');
  const close = endOf(statement, open);
  const list = split(statement.slice(open + 1, close)).map(argumentOf);
  const rest = statement.slice(close + 1);
  if (kind === 'PROCEDURE') return { arguments: list, definitionBody: rest.trim().replace(/;$/, '') };
  const as = /^(?:\s*RETURNS\s+([\s\S]*?))?\s*(?:OPTIONS\s*\([\s\S]*?\)\s*)?\bAS\s*(?=\()/i.exec(rest);
  const body = as === null ? rest.trim() : withoutParentheses(rest.slice(as[0].length).trim());
  const returned = kind === 'FUNCTION' ? as?.[1]?.trim() : undefined;
  return {
    arguments: list,
    ...(returned && { returnType: typeOf(returned) }),
    definitionBody: body,
  };
}

function withoutParentheses(text: string): string {
  const end = endOf(text, 0);
  return end > 0 &&
    text
      .slice(end + 1)
      .replace(/;$/, '')
      .trim() === ''
    ? text.slice(1, end).trim()
    : text;
}

function argumentOf(text: string): RoutineArgument {
  const [, mode, name = '', type = ''] =
    /^\s*(?:(IN|OUT|INOUT)\s+)?(`[^`]+`|\w+)\s+([\s\S]+?)\s*$/i.exec(text) ?? [];
  const argument = { name: name.replaceAll('`', ''), ...(mode && { mode: mode.toUpperCase() }) };
  return /^ANY\s+TYPE$/i.test(type)
    ? { ...argument, argumentKind: 'ANY_TYPE' }
    : { ...argument, dataType: typeOf(type) };
}

function typeOf(text: string): StandardType {
  const [, kind, inner] = /^\s*(ARRAY|STRUCT)\s*<([\s\S]*)>\s*$/i.exec(text) ?? [];
  if (inner === undefined)
    return {
      typeKind: text
        .trim()
        .replace(/\s*\(.*$/s, '')
        .toUpperCase(),
    };
  if (kind?.toUpperCase() === 'ARRAY') return { typeKind: 'ARRAY', arrayElementType: typeOf(inner) };
  const fields = split(inner).map((each): StandardField => {
    const [, name = '', type = each] = /^\s*(`[^`]+`|\w+)\s+([\s\S]+)$/.exec(each) ?? [];
    return { ...(name && { name: name.replaceAll('`', '') }), type: typeOf(type) };
  });
  return { typeKind: 'STRUCT', structType: { fields } };
}

/** The parts between commas that stand in no brackets. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  outside(text, 0, (sign, at) => {
    if ('(<['.includes(sign)) depth += 1;
    if (')>]'.includes(sign)) depth -= 1;
    if (sign === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
    return false;
  });
  return [...parts, text.slice(start)].filter((part) => part.trim() !== '');
}

/** The place of the bracket that closes the one at `open`. */
function endOf(text: string, open: number): number {
  let depth = 0;
  return outside(text, open, (sign) => {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    return depth === 0;
  });
}

/** The first place from which on no quote is open, and which is looked for; the text's end where there is none. */
function outside(text: string, from: number, isFound: (sign: string, at: number) => boolean): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote !== '') {
      if (sign === '\\' && quote !== '`') at += 1;
      else if (sign === quote) quote = '';
    } else if ('"\'`'.includes(sign)) quote = sign;
    else if (isFound(sign, at)) return at;
  }
  return text.length;
}
