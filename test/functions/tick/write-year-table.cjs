/*
 * Writes year-table.json: the planned times of a year, as the package cronosjs has them, which knows nothing of
 * croner. After `npm install --no-save cronosjs@1.7.1`: node test/functions/tick/write-year-table.cjs,
 * and then npm run format.
 *
 * South of the equator it takes the second of two times that clocks show alike, and Lord Howe's half hours are too
 * much for it: planned-times.test.ts has those by hand.
 */
const { createHash } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

/** No dependency of the project: it is there for as long as this runs. */
const library = 'cronosjs';
const { CronosExpression } = require(library);

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'America/St_Johns', 'Asia/Jerusalem'];
const from = '2026-01-01T00:00:00.000Z';
const until = '2026-12-31T12:00:00.000Z';
const patterns = [
  ...Array.from(
    { length: 12 },
    (_, index) => `${index * 5} ${index * 2} * * ${index % 7},${(index + 3) % 7}`,
  ),
  // In the hours in which clocks change.
  ...Array.from({ length: 12 }, (_, index) => `${(index * 17) % 60} ${1 + (index % 3)} * * *`),
  ...[0, 1, 2, 3, 4, 5, 6].map((day) => `${day * 7} ${day} * * ${day}`),
  '30 2 * * MON-FRI',
  '30 2 29 3 *',
  '15 1 1 * *',
  '0 12 31 * *',
  '45 23 1,15 * *',
  '*/20 1-3 * * 0,6',
  '5 */6 * * 1-3',
  '0 0-4 1-10 * *',
  '0 * 25 * *',
];

function rowOf(cron, zone) {
  const expression = CronosExpression.parse(cron, { timezone: zone });
  const times = [];
  for (let next = expression.nextDate(new Date(from)); next !== null; next = expression.nextDate(next)) {
    if (next.toISOString() > until) break;
    times.push(next.toISOString());
  }
  const digest = createHash('sha256').update(times.join('\n')).digest('hex').slice(0, 16);
  return { cron, zone, times: times.length, digest };
}

const rows = zones.flatMap((zone) => patterns.map((cron) => rowOf(cron, zone)));
const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
const text = `{\n  "from": "${from}",\n  "until": "${until}",\n  "rows": [\n${lines}\n  ]\n}\n`;
writeFileSync(join(__dirname, 'year-table.json'), text);
