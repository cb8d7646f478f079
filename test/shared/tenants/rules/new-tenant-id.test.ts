import { newTenantIdSchema } from '../../../../shared/tenants/rules/new-tenant-id';
import { isTenantId } from '../../../../shared/tenants/rules/tenant-id';

const problemsOf = (id: string): readonly string[] =>
  newTenantIdSchema.safeParse(id).error?.issues.map(({ message }) => message) ?? [];

describe('The id of a new tenant', () => {
  it.each(['acme', 'acme_001', 'Acme', 'acme_', '001', 'locals', 'my_local', 'constructors', 'tenants'])(
    'may be %s',
    (id) => {
      expect(problemsOf(id)).toEqual([]);
    },
  );

  it.each([
    ['_acme', 'underscore'],
    ['___', 'underscore'],
    ['__proto__', 'underscore'],
    ['__defineGetter__', 'underscore'],
    ['_INFORMATION_SCHEMA', 'underscore'],
    ['INFORMATION_SCHEMA', 'reserved'],
    ['information_schema', 'reserved'],
    ['Information_Schema', 'reserved'],
    ['tenant_pipelines', 'reserved'],
    ['TENANT_PIPELINES', 'reserved'],
    ['local', 'reserved'],
    ['LOCAL', 'reserved'],
    ['null', 'reserved'],
    ['undefined', 'reserved'],
    ['NaN', 'reserved'],
    ['constructor', 'JavaScript'],
    ['Constructor', 'JavaScript'],
    ['prototype', 'JavaScript'],
    ['hasOwnProperty', 'JavaScript'],
    ['hasownproperty', 'JavaScript'],
    ['isPrototypeOf', 'JavaScript'],
    ['toString', 'JavaScript'],
    ['toLocaleString', 'JavaScript'],
    ['valueOf', 'JavaScript'],
  ])('may not be %s, and is told why', (id, why) => {
    expect(problemsOf(id)).toEqual([expect.stringContaining(why)]);
    // Who has it already keeps it: only onboarding refuses.
    expect(isTenantId(id)).toBe(true);
  });
});
