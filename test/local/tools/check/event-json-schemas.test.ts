import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventSchemaTexts, findEventSchemaProblems } from '../../../../local/tools/check/event-json-schemas';

const schemas = join(__dirname, '../../../../schemas');

describe('schemas/events/', () => {
  it('has the current schema of every event, and no other: npm run schema makes it so', () => {
    expect(findEventSchemaProblems(schemas)).toEqual([]);
    const files = readdirSync(join(schemas, 'events')).map((file) => `events/${file}`);
    expect(files.toSorted()).toEqual([...eventSchemaTexts().keys()].toSorted());
  });

  it('describes every member', () => {
    for (const [path, text] of eventSchemaTexts()) {
      const properties = [...text.matchAll(/^ +"(\w+)": \{$/gm)].map(([, name]) => name);
      const described = [...text.matchAll(/"description": "[^"]+"/g)];
      // The schema itself has a description, too; lists of properties and the items of arrays have none.
      const lists = properties.filter((name) => name === 'properties' || name === 'items').length;
      expect([path, described.length]).toEqual([path, properties.length - lists + 1]);
    }
  });

  it('is held to the code by npm run check', () => {
    const directory = mkdtempSync(join(tmpdir(), 'schemas-'));
    const [[path] = ['']] = [...eventSchemaTexts()];
    mkdirSync(dirname(join(directory, path)));
    writeFileSync(join(directory, path), readFileSync(join(schemas, path), 'utf8').replace('1.0', '1.1'));
    expect(findEventSchemaProblems(directory)).toEqual([
      `${join(directory, path)}: is out of date; run: npm run schema`,
    ]);
    rmSync(directory, { recursive: true });
  });
});
