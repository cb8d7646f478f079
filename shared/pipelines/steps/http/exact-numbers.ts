const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Floating point holds any number of this many digits. */
const heldDigits = 15;

/**
 * Turns numbers in JSON that floating point might not hold into texts, which BigQuery reads as numbers of any
 * kind all the same. Everything else stays as it was, and invalid JSON stays invalid. It works on bytes,
 * because patterns, or a parser that keeps numbers as texts, take several times as much memory.
 */
export function quoteInexactNumbers(json: Buffer): Buffer {
  let written: Buffer | undefined;
  let length = 0;
  let copied = 0;
  for (let at = 0; at < json.length; ) {
    const byte = json[at];
    if (byte === quote) {
      at = endOfText(json, at);
    } else if (beginsNumber(byte)) {
      const end = endOfNumber(json, at);
      if (isInexact(json, at, end) && !isName(json, end)) {
        // Each quoted number has five bytes or more, and takes two more.
        written ??= Buffer.allocUnsafe(Math.ceil(json.length * 1.5));
        length += json.copy(written, length, copied, at);
        length = written.writeUInt8(quote, length);
        length += json.copy(written, length, at, end);
        length = written.writeUInt8(quote, length);
        copied = end;
      }
      at = end;
    } else {
      at += 1;
    }
  }
  if (written === undefined) return json;
  length += json.copy(written, length, copied);
  return written.subarray(0, length);
}

/** The place behind the text's closing quote. */
function endOfText(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at + 1;
}

function endOfNumber(json: Buffer, start: number): number {
  let at = start + 1;
  while (isOfNumber(json[at])) at += 1;
  return at;
}

/** Before a colon it would become a member's name, if it were a text. */
function isName(json: Buffer, end: number): boolean {
  let at = end;
  while (isBlank(json[at])) at += 1;
  return json[at] === colon;
}

function isInexact(json: Buffer, start: number, end: number): boolean {
  if (end - start <= heldDigits && !hasExponent(json, start, end)) return false;
  const token = json.toString('latin1', start, end);
  if (!/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(token)) return false;
  return token.replace(/\D/g, '').length > heldDigits || !Number.isFinite(Number(token));
}

function hasExponent(json: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isExponent(json[at])) return true;
  return false;
}

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
const isExponent = (byte: number | undefined): boolean => byte === 0x65 || byte === 0x45;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
/** A digit or - */
const beginsNumber = (byte: number | undefined): boolean => isDigit(byte) || byte === 0x2d;
/** Also + . e E */
const isOfNumber = (byte: number | undefined): boolean =>
  beginsNumber(byte) || byte === 0x2b || byte === 0x2e || isExponent(byte);
