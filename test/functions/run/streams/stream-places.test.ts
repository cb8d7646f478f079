import { createStreamPlaces } from '../../../../functions/run/stream-places';
import { ServiceError } from '../../../../shared/errors';

describe('A place for a stream', () => {
  const refusal = (take: () => unknown) => {
    try {
      return take() && undefined;
    } catch (error) {
      return error instanceof ServiceError ? error.code : error;
    }
  };

  it('can be taken up to the tenant’s limit, and again once one is given back', () => {
    const takePlace = createStreamPlaces({ perTenant: 2, perInstance: 10 });
    const giveBack = takePlace('acme');
    takePlace('acme');
    expect(refusal(() => takePlace('acme'))).toBe('too_many_streams');
    expect(refusal(() => takePlace('other'))).toBeUndefined();
    giveBack();
    expect(refusal(() => takePlace('acme'))).toBeUndefined();
  });

  it('that is given back twice is free once', () => {
    const takePlace = createStreamPlaces({ perTenant: 2, perInstance: 10 });
    const giveBack = takePlace('acme');
    takePlace('acme');
    giveBack();
    giveBack();
    takePlace('acme');
    expect(refusal(() => takePlace('acme'))).toBe('too_many_streams');
  });

  it('can be taken by all tenants together up to the instance’s limit', () => {
    const takePlace = createStreamPlaces({ perTenant: 2, perInstance: 3 });
    const [giveBack] = ['a', 'b', 'c'].map(takePlace);
    expect(refusal(() => takePlace('d'))).toBe('too_many_streams');
    giveBack?.();
    expect(refusal(() => takePlace('d'))).toBeUndefined();
  });
});
