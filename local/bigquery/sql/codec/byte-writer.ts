/** Protocol buffer wire format, written front to back. */
export interface ByteWriter {
  buffer: Buffer;
  length: number;
}

export function byteWriter(capacity = 4096): ByteWriter {
  return { buffer: Buffer.allocUnsafe(capacity), length: 0 };
}

export function written(writer: ByteWriter): Buffer {
  return writer.buffer.subarray(0, writer.length);
}

function reserve(writer: ByteWriter, bytes: number): void {
  if (writer.length + bytes <= writer.buffer.length) return;
  const grown = Buffer.allocUnsafe(Math.max(writer.buffer.length * 2, writer.length + bytes));
  writer.buffer.copy(grown, 0, 0, writer.length);
  writer.buffer = grown;
}

/** A non-negative integer below 2^53. */
export function writeVarint(writer: ByteWriter, value: number): void {
  reserve(writer, 10);
  let rest = value;
  while (rest > 0x7f) {
    writer.buffer[writer.length++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  writer.buffer[writer.length++] = rest;
}

/** A signed 64-bit integer, as two's complement. */
export function writeInt64(writer: ByteWriter, value: bigint): void {
  reserve(writer, 10);
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    writer.buffer[writer.length++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  writer.buffer[writer.length++] = Number(rest);
}

export function writeDouble(writer: ByteWriter, value: number): void {
  reserve(writer, 8);
  writer.buffer.writeDoubleLE(value, writer.length);
  writer.length += 8;
}

export function writeTag(writer: ByteWriter, field: number, wireType: 0 | 1 | 2): void {
  writeVarint(writer, field * 8 + wireType);
}

export function writeString(writer: ByteWriter, field: number, value: string): void {
  writeTag(writer, field, 2);
  const size = Buffer.byteLength(value, 'utf8');
  writeVarint(writer, size);
  reserve(writer, size);
  writer.length += writer.buffer.write(value, writer.length, size, 'utf8');
}

export function writeBytes(writer: ByteWriter, field: number, value: Uint8Array): void {
  writeTag(writer, field, 2);
  writeVarint(writer, value.length);
  reserve(writer, value.length);
  writer.buffer.set(value, writer.length);
  writer.length += value.length;
}

/**
 * A field of bytes with an integer of at most 256 bits: two's complement, little-endian, as short as
 * possible.
 */
export function writeLittleEndian(writer: ByteWriter, field: number, value: bigint): void {
  writeTag(writer, field, 2);
  reserve(writer, 64);
  const { buffer } = writer;
  const start = writer.length + 1;
  let end = start;
  let rest = value;
  do {
    buffer.writeBigUInt64LE(BigInt.asUintN(64, rest), end);
    end += 8;
    rest >>= 64n;
  } while (rest !== 0n && rest !== -1n);
  // One byte more than the words: it holds the sign where they leave no room for it.
  const filler = rest === 0n ? 0 : 0xff;
  buffer[end] = filler;
  while (end > start && buffer[end] === filler && ((buffer[end - 1] ?? 0) & 0x80) === (filler & 0x80))
    end -= 1;
  writer.length = end + 1;
  buffer[start - 1] = writer.length - start;
}

/** Starts a nested message. Returns what `endMessage` needs. */
export function beginMessage(writer: ByteWriter, field: number): number {
  writeTag(writer, field, 2);
  reserve(writer, 1);
  writer.length += 1;
  return writer.length;
}

/** One byte was kept for the length; a longer length moves the message. */
export function endMessage(writer: ByteWriter, start: number): void {
  const size = writer.length - start;
  if (size < 0x80) {
    writer.buffer[start - 1] = size;
    return;
  }
  let extra = 0;
  for (let rest = Math.floor(size / 128); rest > 0; rest = Math.floor(rest / 128)) extra += 1;
  reserve(writer, extra);
  writer.buffer.copyWithin(start + extra, start, writer.length);
  const end = writer.length + extra;
  writer.length = start - 1;
  writeVarint(writer, size);
  writer.length = end;
}
