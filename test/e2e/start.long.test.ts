import {
  damages,
  endsWherePortIsTaken,
  endsWithDamage,
  endsWithSetting,
  portSettings,
  wrongSettings,
} from './support/starting';

describe('Starting', () => {
  it.each(portSettings)('with %s taken says which port, and ends with 1', (name) =>
    endsWherePortIsTaken(name),
  );

  it.each(wrongSettings)('with %s=%s says what is expected, and ends with 1', (name, value, message) =>
    endsWithSetting(name, value, message),
  );

  describe('with a definition that is missing or wrong names file and field, and ends with 1', () => {
    it.each(damages)('%s', (_what, damage, named) => endsWithDamage(damage, named));
  });
});
