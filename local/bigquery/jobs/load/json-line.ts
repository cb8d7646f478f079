import type { Field } from '../../model';
import { JsonText, textOfNode } from '../../store/values/exact-json';
import { JsonFault, type JsonNode, readJson } from '../../store/values/json-syntax';

/** What a line of JSON holds: values as JSON.parse gives them, with JSON columns as JsonText. */
export type ParsedLine = { readonly value: unknown } | { readonly problem: string };

/**
 * Reads a line for these fields. Numbers with more digits than floating point may hold become texts, which
 * every field type reads alike.
 */
export function parseLine(line: string, fields: readonly Field[]): ParsedLine {
  if (hasJson(fields)) return parseWithJson(line, fields);
  const exact = /[\d.]{16}/.test(line) ? line.replace(stringsAndNumbers, quoteLong) : line;
  try {
    return { value: JSON.parse(exact) };
  } catch {
    return { problem: notJson };
  }
}

const notJson = 'Parser terminated before end of string';

const stringsAndNumbers = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;

function quoteLong(token: string): string {
  return token.startsWith('"') || digitsIn(token) < 16 ? token : `"${token}"`;
}

const digitsIn = (token: string): number => token.replace(/\D/g, '').length;

const withJson = new WeakMap<readonly Field[], boolean>();

/** Whether one of the fields is of type JSON, at any depth. */
function hasJson(fields: readonly Field[]): boolean {
  const known = withJson.get(fields);
  if (known !== undefined) return known;
  const found = fields.some(({ type, fields: inner = [] }) => type === 'JSON' || hasJson(inner));
  withJson.set(fields, found);
  return found;
}

function parseWithJson(line: string, fields: readonly Field[]): ParsedLine {
  let node: JsonNode;
  try {
    node = readJson(line);
  } catch (error) {
    if (error instanceof JsonFault) return { problem: notJson };
    throw error;
  }
  try {
    return { value: node.kind === 'object' ? recordOf(node, fields, '') : plain(node) };
  } catch (error) {
    if (error instanceof MisfitJson) return { problem: error.message };
    throw error;
  }
}

/** A value that a JSON column would not keep exactly. */
class MisfitJson extends Error {}

function recordOf(node: JsonNode & { kind: 'object' }, fields: readonly Field[], prefix: string): object {
  return Object.fromEntries(
    [...node.members].map(([name, member]) => {
      const field = fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
      return [name, field === undefined ? plain(member) : memberOf(member, field, prefix)];
    }),
  );
}

function memberOf(node: JsonNode, field: Field, prefix: string): unknown {
  if (node.kind === 'array' && field.mode === 'REPEATED') {
    return node.items.map((item) => itemOf(item, field, prefix));
  }
  return itemOf(node, field, prefix);
}

function itemOf(node: JsonNode, field: Field, prefix: string): unknown {
  const path = prefix + field.name;
  if (node.kind === 'object' && field.fields !== undefined) return recordOf(node, field.fields, `${path}.`);
  // NULL of the column, and a text that holds JSON, are for the conversion of rows.
  if (field.type !== 'JSON' || node.kind === 'string' || (node.kind === 'literal' && node.value === null)) {
    return plain(node);
  }
  try {
    return new JsonText(textOfNode(node));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new MisfitJson(`Invalid JSON value: ${error.message} Field: ${path}`);
  }
}

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries([...node.members].map(([name, member]) => [name, plain(member)]));
    case 'array':
      return node.items.map(plain);
    case 'string':
      return node.text;
    case 'number':
      return digitsIn(node.digits) < 16 ? Number(node.digits) : node.digits;
    case 'literal':
      return node.value;
  }
}
