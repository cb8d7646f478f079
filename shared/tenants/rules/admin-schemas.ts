import { z } from 'zod';
import { type AdminRole, adminRoles, firstAdmin } from './admin-rule';

const expectedKeys =
  'expected JSON such as {"alice":"<SHA-256 of her key in hexadecimal>","bob":{"hash":"…","role":"viewer"}}';
const expectedPerson = 'expected an e-mail address or @domain, and =viewer where it is to read only';

const hash = z.string(expectedKeys).regex(/^[0-9a-f]{64}$/, expectedKeys);
const role = z.enum(adminRoles, expectedKeys).default('admin');
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, expectedKeys)
  .refine((given) => given !== firstAdmin.name, "expected another name than that of ADMIN_API_KEY, 'admin'");

/** Admins' keys: JSON from names to hashes, each with a role if it is not `admin`. */
export const adminKeysSchema = z
  .string()
  .default('{}')
  .transform(parseJson)
  .pipe(z.record(name, z.union([hash, z.strictObject({ hash, role })], expectedKeys), expectedKeys))
  .transform((named) =>
    Object.entries(named).map(([who, given]) => ({
      name: who,
      ...(typeof given === 'string' ? { hash: given, role: 'admin' as const } : given),
    })),
  );

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `alice@example.com`, `@example.com`, or either with `=viewer`. */
export const adminPersonSchema = z
  .string()
  .regex(/^([a-z0-9._%+-]+)?@([a-z0-9-]+\.)+[a-z]{2,}(=(admin|viewer))?$/i, expectedPerson)
  .transform((text) => {
    const [who = '', given] = text.toLowerCase().split('=');
    const as: AdminRole = given === 'viewer' ? 'viewer' : 'admin';
    return { name: who, role: as };
  });
