/**
 * A number in [0, 1) that depends on nothing but the seed and the texts: the same in every run and on every machine.
 * Not for secrets. (Bryc's cyrb53: two 32-bit multiply-and-xor lanes, 53 bits of which make the number.)
 */
export function seededFraction(seed: number, ...parts: readonly (string | number)[]): number {
  const text = parts.join('\u0000');
  let first = 0xdeadbeef ^ seed;
  let second = 0x41c6ce57 ^ Math.imul(seed, 0x9e3779b1);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    first = Math.imul(first ^ code, 2654435761);
    second = Math.imul(second ^ code, 1597334677);
  }
  first = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  second = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(first ^ (first >>> 13), 3266489909);
  return (4294967296 * (2097151 & second) + (first >>> 0)) / 9007199254740992;
}
