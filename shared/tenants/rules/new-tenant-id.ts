import { tenantIdSchema } from './tenant-id';

/** Taken by BigQuery, by this product, or by what a faulty caller writes where it has no id. In lower case. */
const reserved: ReadonlySet<string> = new Set([
  'information_schema', // BigQuery's views of every dataset
  'tenant_pipelines', // the dataset of what concerns more than one tenant
  'local', // the project of the local cloud
  'null',
  'undefined',
  'nan',
]);

/** `constructor`, `toString`, … in lower case. They are taken for an entry of any object that is used as a map. */
const inherited: ReadonlySet<string> = new Set(
  [...Object.getOwnPropertyNames(Object.prototype), 'prototype'].map((name) => name.toLowerCase()),
);

/**
 * The id of a tenant that is to be onboarded. Stricter than tenantIdSchema, which all other calls use: a
 * tenant that has such an id already keeps working.
 */
export const newTenantIdSchema = tenantIdSchema
  // BigQuery hides datasets with such names, and keeps some of them for itself.
  .refine((id) => !id.startsWith('_'), {
    error: 'expected an id that does not begin with an underscore',
    abort: true,
  })
  .refine((id) => !reserved.has(id.toLowerCase()), 'expected another id, because this one is reserved')
  .refine(
    (id) => !inherited.has(id.toLowerCase()),
    'expected another id, because this is the name of something in JavaScript',
  );
