import { ShownError } from './errors.ts';
import type { AppError } from './errors.ts';

/** Every refusal in words. The first group are the codes of the API, the rest the panel's own. */
export const ERROR_TEXTS: Readonly<Record<string, string>> = {
  invalid_input: 'Something in the form is not right yet. Please look at the fields.',
  not_authenticated: 'You are not signed in any more. Sign in, and you come back to this page.',
  invalid_signature: 'This message could not be verified. Nothing was changed.',
  insufficient_balance: 'There is not enough time left for this.',
  account_inactive: 'This account is deactivated.',
  not_allowed: 'Your role may look, but not do this. Ask somebody with the role “admin”.',
  not_found: 'There is no such entry. It may have been mistyped.',
  code_not_accepted: 'This code was not accepted.',
  illegal_transition: 'This is not possible in the state that it is in now.',
  already_settled: 'This session is over and settled already.',
  idempotency_conflict: 'Something else is under way for this. Finish it first.',
  too_many_sessions: 'All lines are busy at the moment.',
  too_many_attempts: 'Too many attempts. Please wait a while and try again.',
  payment_provider_unavailable:
    'Stripe does not answer. What you asked for is kept: the same again goes on from there.',
  voice_provider_unavailable:
    'The voice server cannot be reached. The agent was asked to end the call; try again shortly.',

  internal_error:
    'That did not work, and it is our fault. Nothing was left half done; please try again.',

  network: 'The server cannot be reached. Please check your connection.',
  unexpected: 'That did not work, and it is our fault. Please try again.',
  too_slow: 'This takes too long to find. Narrow the filters or the search.',
  not_admin:
    'This account is not an admin’s. Whoever runs the business can make it one; customers use the app.',
  second_factor_needed: 'Enter the six digits that your authenticator app shows.',
  second_factor_unknown:
    'This account has a second factor that this panel cannot ask for. Add an authenticator app to it.',

  invalid_credentials: 'E-mail address and password do not match an account.',
  email_not_confirmed: 'Please open the link in the mail we sent you, then sign in.',
  validation_failed: 'This does not look like an e-mail address.',
  mfa_verification_failed: 'This code is not right, or too old. Enter the one shown now.',
  mfa_challenge_expired: 'This took too long. Enter the code that is shown now.',
};

/** Refusals whose own sentence says more than the code's general one. */
const OWN_SENTENCE = new Set(['illegal_transition', 'idempotency_conflict', 'not_found']);

export const textOfError = (error: AppError): string => {
  if (error.hint !== undefined && OWN_SENTENCE.has(error.code)) return error.hint;
  return ERROR_TEXTS[error.code] ?? error.hint ?? ERROR_TEXTS['unexpected'] ?? '';
};

export const shownError = (error: AppError): ShownError =>
  new ShownError(error, textOfError(error));

/** The words for whatever was thrown. */
export const textOfThrown = (thrown: unknown): string =>
  thrown instanceof ShownError ? thrown.message : (ERROR_TEXTS['unexpected'] ?? '');
