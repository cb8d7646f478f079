import { ServiceError } from '../errors';
import { type AdminRule, isAdmin } from '../tenants/rules/admin-rule';
import type { HttpRequest } from './route';

/** Throws `unauthenticated` unless the request may make admin calls. */
export function requireAdmin(rule: AdminRule, request: HttpRequest): void {
  if (isAdmin(rule, request.header('X-Admin-Key'))) return;
  throw new ServiceError('unauthenticated', 'The admin key is required in the X-Admin-Key header');
}
