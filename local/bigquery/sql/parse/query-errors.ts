import { status } from '@grpc/grpc-js';
import { BigQueryError } from '../../bigquery-error';
import { EngineFailure } from '../engine/engine-client';
import { knownGap } from './known-gaps';
import { offsetAt, positionAt, type SqlText } from './sql-text';
import { unknownStatement } from './unknown-statements';

const positionPattern = / \[(?:at )?(\d+):(\d+)\]$/;

/**
 * A query makes an array larger than the engine can hold: 1 MiB, whatever its settings. BigQuery takes 100
 * MB.
 */
export class ArrayTooLargeError extends BigQueryError {}

/** The engine refuses to generate an array that it could hold. */
export class GeneratedTooLongError extends BigQueryError {}

const generatedTooLong = /^Cannot generate arrays with more than \d+ elements/;

const arrayTooLarge =
  /^(Arrays are limited to|Aggregate values are limited to|Cannot construct array Value larger than) \d+ bytes/;

/**
 * The engine's error in BigQuery's form: `message at [line:column]`, counted in the text that the caller
 * sent.
 */
export function queryError(error: unknown, text: SqlText): unknown {
  if (!(error instanceof EngineFailure)) return error;
  const gap = knownGap(error.message, text.root) ?? searchedRecord(error.message, text);
  if (gap !== undefined) return notImplemented(gap);
  const statement = unknownStatement(error.message, text, offsetOfMessage(error.message, text) ?? 0);
  if (statement !== undefined) return notImplemented(statement);
  const message = withPosition(error.message, text);
  if (error.code === status.UNIMPLEMENTED) return new BigQueryError('notImplemented', message);
  if (error.code === status.INTERNAL || error.code === status.UNKNOWN)
    return new BigQueryError('jobInternalError', message || 'The SQL engine failed on this statement.');
  if (generatedTooLong.test(message))
    return new GeneratedTooLongError('resourcesExceeded', generatedTooLongMessage);
  if (arrayTooLarge.test(message)) return new ArrayTooLargeError('resourcesExceeded', arrayTooLargeMessage);
  return new BigQueryError('invalidQuery', message, 'query');
}

/** CONTAINS_SUBSTR is evaluated over texts. */
function searchedRecord(message: string, { root }: SqlText): string | undefined {
  const isCast = /^Invalid cast from (STRUCT|ARRAY)</.test(message);
  return isCast && /\bcontains_substr\b/i.test(root) ? 'CONTAINS_SUBSTR of a STRUCT or an ARRAY' : undefined;
}

const arrayTooLargeMessage =
  'Resources exceeded during query execution: the local SQL engine makes no array of more than 1 MiB, and this query needs one.';

const generatedTooLongMessage =
  'Resources exceeded during query execution: the local SQL engine generates no array of more than 16,000 elements, and here cannot put it together of several.';

function withPosition(message: string, text: SqlText): string {
  const offset = offsetOfMessage(message, text);
  if (offset === undefined) return message;
  return `${message.replace(positionPattern, '')} at [${positionAt(text.root, text.origin(offset))}]`;
}

function offsetOfMessage(message: string, text: SqlText): number | undefined {
  const found = positionPattern.exec(message);
  return found === null ? undefined : offsetAt(text.bytes, Number(found[1]), Number(found[2]));
}

export function invalidQuery(message: string, text: SqlText, offset?: number): BigQueryError {
  const position = offset === undefined ? '' : ` at [${positionAt(text.root, text.origin(offset))}]`;
  return new BigQueryError('invalidQuery', `${message}${position}`, 'query');
}

export function notImplemented(what: string): BigQueryError {
  return new BigQueryError('notImplemented', `${what} is not supported by the local BigQuery.`);
}
