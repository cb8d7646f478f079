import { z } from 'zod';

/** What a tenant is called, and how it is reached: as an onboarding gives it, and as it is changed later. */
export const companyNameSchema = z
  .string()
  .trim()
  .min(1, 'expected a name')
  .max(200, 'expected at most 200 characters');
export const contactEmailSchema = z
  .email('expected an e-mail address')
  .max(254, 'expected at most 254 characters');
export const notesSchema = z.string().max(5000, 'expected at most 5000 characters');
