import type { Field } from '../../model';
import { type ByteWriter, beginMessage, endMessage, writeString, writeTag, writeVarint } from './byte-writer';

/** The numbers of zetasql.TypeKind. */
const kindNumbers: Readonly<Record<Field['type'], number>> = {
  INTEGER: 2,
  BOOLEAN: 5,
  FLOAT: 7,
  STRING: 8,
  BYTES: 9,
  DATE: 10,
  RECORD: 17,
  TIMESTAMP: 19,
  TIME: 20,
  DATETIME: 21,
  GEOGRAPHY: 22,
  NUMERIC: 23,
  BIGNUMERIC: 24,
  JSON: 26,
  INTERVAL: 27,
  RANGE: 29,
};
const arrayKind = 16;

/** Writes the fields of a TypeProto (zetasql/public/type.proto). */
export function writeType(writer: ByteWriter, field: Field): void {
  if (field.mode !== 'REPEATED') {
    writeElementType(writer, field);
    return;
  }
  writeKind(writer, arrayKind);
  const array = beginMessage(writer, 2);
  const element = beginMessage(writer, 1);
  writeElementType(writer, field);
  endMessage(writer, element);
  endMessage(writer, array);
}

function writeElementType(writer: ByteWriter, field: Field): void {
  writeKind(writer, kindNumbers[field.type]);
  if (field.type === 'RANGE') {
    const range = beginMessage(writer, 8);
    const element = beginMessage(writer, 1);
    writeKind(writer, kindNumbers[field.rangeElementType?.type ?? 'DATE']);
    endMessage(writer, element);
    endMessage(writer, range);
  }
  if (field.type !== 'RECORD') return;
  const struct = beginMessage(writer, 3);
  for (const inner of field.fields ?? []) {
    const entry = beginMessage(writer, 1);
    writeString(writer, 1, inner.name);
    const type = beginMessage(writer, 2);
    writeType(writer, inner);
    endMessage(writer, type);
    endMessage(writer, entry);
  }
  endMessage(writer, struct);
}

function writeKind(writer: ByteWriter, kind: number): void {
  writeTag(writer, 1, 0);
  writeVarint(writer, kind);
}
