import { z } from 'zod';

/** Why an admin acts, for the audit log; the database says the same of it. */
export const adminReason = z
  .string()
  .max(10_000)
  .refine((text) => text.trim() !== '', 'must be given')
  .refine((text) => !text.includes('\0'), 'must not have control characters')
  .refine((text) => [...text.trim()].length <= 2000, 'must have at most 2000 characters');
