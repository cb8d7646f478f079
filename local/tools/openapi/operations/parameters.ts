import type { Parameter } from '../operation';

const moment = {
  type: 'string',
  format: 'date-time',
  description: 'A date, meaning its first instant (UTC), or an RFC 3339 time.',
};

export const entityTags = { type: 'string', pattern: '^(\\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$' };
/** Of calls that change something which has versions. */
export const ifMatch: Parameter = {
  description: 'ETags of earlier answers: where somebody has changed it since, nothing is done.',
  schema: entityTags,
};

export const from: Parameter = { description: 'From this time on.', schema: moment };
export const to: Parameter = { description: 'Before this time.', schema: moment };
export const cursor: Parameter = {
  description: 'The `next_cursor` of the page before.',
  schema: { type: 'string' },
};
export const month: Parameter = {
  description: 'Such as 2026-11 (UTC).',
  schema: { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[0-2])$' },
};
/** Of calls about a tenant that their path does not name. */
export const tenantOfAdmins: Parameter = {
  description:
    'The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself.',
  schema: { type: 'string', minLength: 3, maxLength: 50 },
};
export const limit = (usual: number, largest: number): Parameter => ({
  description: 'How many a page has at most.',
  schema: { type: 'integer', minimum: 1, maximum: largest, default: usual },
});
