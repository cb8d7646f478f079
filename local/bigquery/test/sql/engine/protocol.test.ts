import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Enum, Namespace, type NamespaceBase, type Root, Service, Type } from 'protobufjs';
import { loadProtocol, readDefinitions } from '../../../sql/engine/protocol';

/** All that messages are encoded and decoded by. */
const typesOf = (root: Root): string[] => {
  const typesIn = (namespace: NamespaceBase): string[] =>
    namespace.nestedArray.flatMap((nested) => [
      ...(nested instanceof Type
        ? nested.fieldsArray.map(
            ({ fullName, id, type, required, repeated, packed, partOf, defaultValue, resolvedType }) =>
              JSON.stringify([
                [fullName, id, type, required, repeated, packed],
                [partOf?.name, defaultValue, resolvedType?.fullName],
              ]),
          )
        : []),
      ...(nested instanceof Enum ? [JSON.stringify([nested.fullName, nested.values])] : []),
      ...(nested instanceof Service
        ? nested.methodsArray.map(({ fullName, resolvedRequestType, resolvedResponseType }) =>
            JSON.stringify([fullName, resolvedRequestType?.fullName, resolvedResponseType?.fullName]),
          )
        : []),
      ...(nested instanceof Namespace ? typesIn(nested) : []),
    ]);
  return typesIn(root);
};

describe('the protocol of the SQL engine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'protocol-'));
  const file = join(directory, 'new', 'protocol.json');
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is the same from what an earlier process has written down, and where that is damaged', () => {
    const expected = typesOf(readDefinitions());
    expect(expected.length).toBeGreaterThan(1_000);
    expect(typesOf(loadProtocol(file))).toEqual(expected);
    expect(readdirSync(join(directory, 'new'))).toEqual(['protocol.json']);
    expect(typesOf(loadProtocol(file))).toEqual(expected);
    for (const damaged of ['{"nested":', '{"nested":{}}']) {
      writeFileSync(file, damaged);
      expect(typesOf(loadProtocol(file))).toEqual(expected);
      expect(readFileSync(file, 'utf8').length).toBeGreaterThan(100_000);
    }
  });

  it('is there where nothing can be written down', () => {
    const noFolder = join(directory, 'file');
    writeFileSync(noFolder, '');
    const inAFile = join(noFolder, 'protocol.json');
    expect(loadProtocol(inAFile).nestedArray.length).toBeGreaterThan(0);
  });
});
