/** For the Idempotency-Key of one press of a button. Not randomUUID: browsers have it only in pages that came by https. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
