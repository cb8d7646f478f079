import { createStreamPlaces } from '../../../functions/run/stream-places';
import { ServiceError } from '../../../shared/errors';

describe('A place for a stream', () => {
  const refusal = (take: () => unknown) => {
    try {
      return take() && undefined;
    } catch (error) {
      return error instanceof ServiceError ? error.code : error;
    }
  };

  it('is there as often as a tenant may have one, and again once it is given back', () => {
    const takePlace = createStreamPlaces({ perTenant: 2, perInstance: 10 });
    const giveBack = takePlace('acme');
    takePlace('acme');
    expect(refusal(() => takePlace('acme'))).toBe('too_many_streams');
    expect(refusal(() => takePlace('other'))).toBeUndefined();
    giveBack();
    expect(refusal(() => takePlace('acme'))).toBeUndefined();
  });

  it('given back twice is given back once', () => {
    const takePlace = createStreamPlaces({ perTenant: 2, perInstance: 10 });
    const giveBack = takePlace('acme');
    takePlace('acme');
    giveBack();
    giveBack();
    takePlace('acme');
    expect(refusal(() => takePlace('acme'))).toBe('too_many_streams');
  });

  it('is there for all tenants together as often as an instance has one', () => {
    const takePlace = createStreamPlaces({ perTenant: 2, perInstance: 3 });
    const [giveBack] = ['a', 'b', 'c'].map(takePlace);
    expect(refusal(() => takePlace('d'))).toBe('too_many_streams');
    giveBack?.();
    expect(refusal(() => takePlace('d'))).toBeUndefined();
  });
});
