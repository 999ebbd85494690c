import type { AppError } from './errors.ts';

/** What the person can do about it; `ErrorNote` turns it into a link or a button. */
export type NextStep = 'buy' | 'sign_in' | 'talk' | 'retry' | 'new_link';

export interface ErrorText {
  text: string;
  next?: NextStep;
}

/** Every refusal in words. The first group are the codes of the API, the rest the app's own. */
export const ERROR_TEXTS: Readonly<Record<string, ErrorText>> = {
  invalid_input: { text: 'Something in the form is not right yet. Please look at the fields.' },
  not_authenticated: { text: 'You are not signed in any more.', next: 'sign_in' },
  invalid_signature: { text: 'This message could not be verified. Nothing was changed.' },
  insufficient_balance: { text: 'You have no time left to talk.', next: 'buy' },
  account_inactive: {
    text: 'This account is switched off, so it can neither buy, redeem nor talk. Your time is kept. Please write to support.',
  },
  not_allowed: { text: 'This account may not do that. If you think it should, write to support.' },
  not_found: { text: 'This is not on offer any more. Please reload the page and choose again.' },
  code_not_accepted: {
    text: 'This code was not accepted. It may be mistyped, or used already. Please check it letter by letter.',
  },
  illegal_transition: { text: 'This is over already, so there is nothing left to change.' },
  already_settled: { text: 'This call is over and settled already.' },
  idempotency_conflict: {
    text: 'This purchase was begun with another choice. Please start it again.',
    next: 'retry',
  },
  too_many_sessions: {
    text: 'All lines are busy at the moment. Nothing was charged. Please try again in a minute.',
    next: 'retry',
  },
  too_many_attempts: { text: 'Too many attempts. Please wait a while and try again.' },
  payment_provider_unavailable: {
    text: 'The payment service does not answer. You were not charged. Please try again shortly.',
    next: 'retry',
  },
  voice_provider_unavailable: {
    text: 'Calls are not possible right now. Your time is untouched. Please try again later.',
    next: 'retry',
  },

  network: { text: 'The server cannot be reached. Please check your connection.', next: 'retry' },
  unexpected: { text: 'That did not work, and it is our fault. Please try again.', next: 'retry' },
  payment_not_found: { text: 'This payment does not belong to this account.' },
  payment_failed: { text: 'The card was declined. You were not charged. Try another card.' },
  payment_unfinished: {
    text: 'Your bank wants to confirm this payment. Pay on the checkout page instead, where it can ask you.',
  },

  microphone_denied: {
    text: 'The browser does not let this page use the microphone. Allow it with the icon beside the address, then try again.',
    next: 'retry',
  },
  microphone_missing: {
    text: 'No microphone was found. Plug one in or switch it on, then try again.',
    next: 'retry',
  },
  microphone_busy: {
    text: 'The microphone is in use by another program. Close that one, then try again.',
    next: 'retry',
  },
  other_call_open: {
    text: 'You are in a call already. Go back to it, or end it first.',
    next: 'talk',
  },
  call_failed: {
    text: 'The call could not be connected. Seconds that you did not talk are not charged.',
  },
  call_lost: { text: 'The connection was lost and did not come back. The call has ended.' },
  agent_absent: {
    text: 'The agent does not answer. End the call and try again: you pay nothing for the wait.',
  },

  invalid_credentials: { text: 'E-mail address and password do not match an account.' },
  email_not_confirmed: { text: 'Please open the link in the mail we sent you, then sign in.' },
  user_already_exists: { text: 'There is an account with this address already.', next: 'sign_in' },
  email_exists: { text: 'There is an account with this address already.', next: 'sign_in' },
  email_address_invalid: { text: 'This is not an address that we can send mail to.' },
  weak_password: { text: 'Please choose a stronger password.' },
  same_password: { text: 'This is the password you have already. Please choose another.' },
  validation_failed: { text: 'This does not look like an e-mail address.' },
  unexpected_failure: { text: 'That did not work, and it is our fault. Please try again.' },
  signup_disabled: { text: 'New accounts are not open at the moment.' },
  otp_expired: {
    text: 'This link was used already, or it is too old. Ask for a new one.',
    next: 'new_link',
  },
  access_denied: { text: 'This link does not work any more.', next: 'new_link' },
};

const UNEXPECTED: ErrorText = { text: 'That did not work. Please try again.', next: 'retry' };

/** Where the details make a better sentence. */
const fromDetails = ({ code, details }: AppError): ErrorText | undefined => {
  if (code === 'too_many_sessions' && details['scope'] === 'user') {
    return ERROR_TEXTS['other_call_open'];
  }
  const left = details['attempts_left'];
  if (code === 'code_not_accepted' && typeof left === 'number') {
    const tries = left === 1 ? 'one more try' : `${left > 0 ? left : 'no'} more tries`;
    return { text: `${ERROR_TEXTS[code]?.text} You have ${tries} within the hour.` };
  }
  if (code === 'too_many_attempts' && typeof details['limit'] === 'number') {
    return { text: 'Too many codes were not accepted. Please try again in an hour.' };
  }
  return undefined;
};

/** The text for an error: ours, else the server's own sentence, else a general one. */
export const textOfError = (error: AppError): ErrorText =>
  fromDetails(error) ??
  ERROR_TEXTS[error.code] ??
  (error.hint === undefined ? UNEXPECTED : { text: error.hint });
