import { endsWithSetting, wrongSettings } from './support/starting';

/** `npm start` in a process of its own. */
it.each(wrongSettings.slice(0, 1))(
  'npm start with %s=%s says what is expected, and ends with 1',
  (...setting) => endsWithSetting(...setting),
);
