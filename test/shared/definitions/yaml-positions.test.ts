import { parse } from 'yaml';
import { z } from 'zod';
import { positionOf } from '../../../shared/definitions/places';
import { positionsIn } from '../../../shared/definitions/yaml-positions';

describe('Positions in a definition', () => {
  const schema = z.object({ steps: z.array(z.object({ sql: z.string() })) });
  const forms: readonly (readonly [string, string])[] = [
    ['a block', 'sql: |\n      SELECT a,\n        HERE\n      FROM t'],
    ['a block behind empty lines', 'sql: |-\n\n\n      SELECT a\n\n      FROM HERE'],
    ['a folded block', 'sql: >\n      SELECT a\n      FROM HERE'],
    ['one line', 'sql: SELECT HERE FROM t'],
    ['several lines', 'sql: SELECT a\n      FROM HERE'],
    ['double quotes', 'sql: "SELECT \\"x\\" AS a,\n      HERE"'],
    ['single quotes', "sql: 'SELECT ''x'' AS a, HERE'"],
    ['a flow mapping', '{ sql: "SELECT HERE" }'],
    ['text with characters of two units', 'sql: |\n      SELECT "🙂",\n        HERE'],
  ];
  it.each(forms)('are found for a character in a text written as %s', (_, form) => {
    const text = `description: Not HERE\nsteps:\n  - ${form}\n`;
    const sql = schema.parse(parse(text)).steps[0]?.sql.trim() ?? '';
    const found = positionsIn(text).inText(['steps', 0, 'sql'], sql, sql.indexOf('HERE'));
    expect(found).toEqual(positionOf(text, text.lastIndexOf('HERE')));
  });

  const text = 'a: 1\nsteps:\n  - id: x\n    needs: [y, z]\n  - &b\n    id: w\nagain: *b\n';
  const places: readonly (readonly [readonly PropertyKey[], number, number, number, number])[] = [
    [[], 1, 1, 1, 1],
    [['a'], 1, 4, 1, 1],
    [['steps', 0, 'needs', 1], 4, 16, 4, 16],
    [['steps', 0, 'absent'], 3, 5, 3, 5],
    [['absent', 'altogether'], 1, 1, 1, 1],
    [['again', 'id'], 6, 9, 6, 5],
  ];
  it.each(places)('are found for %j, or for the nearest value', (path, line, column, keyLine, keyColumn) => {
    const positions = positionsIn(text);
    expect(positions.ofValue(path)).toEqual({ line, column });
    expect(positions.ofKey(path)).toEqual({ line: keyLine, column: keyColumn });
  });
});
