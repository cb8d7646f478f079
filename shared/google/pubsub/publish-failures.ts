import { z } from 'zod';
import { type Failure, KnownFailure } from '../bigquery/failures';

const errorSchema = z.object({ code: z.union([z.number(), z.string()]).optional().catch(undefined) });

/** gRPC's status codes: https://grpc.io/docs/guides/status-codes/ */
const transientCodes: ReadonlySet<number | string> = new Set([
  1 /* CANCELLED */,
  2 /* UNKNOWN */,
  4 /* DEADLINE_EXCEEDED */,
  8 /* RESOURCE_EXHAUSTED */,
  10 /* ABORTED */,
  13 /* INTERNAL */,
  14 /* UNAVAILABLE */,
  'ETIMEDOUT',
]);
const notFound = 5;
const permissionDenied = 7;
const invalidArgument = 3;

/** Classifies an error of publishing to a topic. An unknown error is permanent. */
export function classifyPublishFailure(error: unknown, topic: string): Failure {
  if (error instanceof KnownFailure) return error.failure;
  const code = errorSchema.safeParse(error).data?.code ?? 'unknown';
  const reason = String(code);
  if (transientCodes.has(code)) {
    return { kind: 'transient', code: 'unavailable', reason, message: 'Pub/Sub is not available.' };
  }
  if (code === notFound) {
    const message = `The topic '${topic}' does not exist; expected one that was made before.`;
    return { kind: 'not_found', code: 'not_found', reason, message };
  }
  if (code === permissionDenied) {
    const message = `This function may not publish to the topic '${topic}'.`;
    return { kind: 'permanent', code: 'access_denied', reason, message };
  }
  if (code === invalidArgument) {
    const message = `Pub/Sub does not accept the event for the topic '${topic}'.`;
    return { kind: 'permanent', code: 'invalid_data', reason, message };
  }
  return { kind: 'permanent', code: 'internal', reason, message: String(error) };
}
