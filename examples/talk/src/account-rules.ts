import { appError } from './errors.ts';
import type { AppError } from './errors.ts';

export interface PasswordRule {
  text: string;
  isMet: (password: string) => boolean;
}

/** Those of `supabase/config.toml` ([auth] minimum_password_length, password_requirements). Auth enforces them. */
export const PASSWORD_RULES: readonly PasswordRule[] = [
  { text: '8 characters or more', isMet: (password) => [...password].length >= 8 },
  { text: 'a small letter', isMet: (password) => /[a-z]/.test(password) },
  { text: 'a capital letter', isMet: (password) => /[A-Z]/.test(password) },
  { text: 'a digit', isMet: (password) => /[0-9]/.test(password) },
];

const NAME_AT_LEAST = 2;
const NAME_AT_MOST = 100;

const nameErrors = (name: string): string[] => {
  const length = [...name].length;
  const isGood = length >= NAME_AT_LEAST && length <= NAME_AT_MOST;
  return isGood ? [] : ['A name has 2 to 100 characters.'];
};

const emailErrors = (email: string): string[] =>
  /^\S+@\S+$/.test(email) ? [] : ['This does not look like an e-mail address.'];

const passwordErrors = (password: string): string[] => {
  const missing = PASSWORD_RULES.filter((rule) => !rule.isMet(password)).map(({ text }) => text);
  return missing.length === 0 ? [] : [`Still missing: ${missing.join(', ')}.`];
};

const CHECKS = { full_name: nameErrors, email: emailErrors, password: passwordErrors } as const;
export type AccountField = keyof typeof CHECKS;

/** What is wrong with the fields of a form; undefined when nothing is. */
export const checkFields = (
  values: Readonly<Partial<Record<AccountField, string>>>,
): AppError | undefined => {
  const fields: Record<string, string[]> = {};
  for (const [field, check] of Object.entries(CHECKS)) {
    const value = values[field as AccountField];
    const errors = value === undefined ? [] : check(value);
    if (errors.length > 0) fields[field] = errors;
  }
  return Object.keys(fields).length === 0 ? undefined : appError('invalid_input', { fields });
};
