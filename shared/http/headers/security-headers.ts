/**
 * In every answer. Browsers heed the first on https only, so the local cloud is not touched by it.
 * https://www.rfc-editor.org/rfc/rfc6797
 */
export const securityHeaders = {
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
};
