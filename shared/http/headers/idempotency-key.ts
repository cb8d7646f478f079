import { idempotencyKeySchema } from '../../runs/rules/run-identity';
import { parseRequest } from '../parse';
import type { HttpRequest } from '../route';

/** Throws `invalid_request`. */
export const idempotencyKeyOf = (request: HttpRequest): string | undefined =>
  parseRequest(idempotencyKeySchema.optional(), request.header('Idempotency-Key'), 'Idempotency-Key');
