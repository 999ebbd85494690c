import type { GoodbyeCause } from '../metered-call.ts';

/** The lines that every agent speaks about time, so that they sound alike and take a known time. */

/** Below this there is only time for the shortest goodbye. */
const SHORT_GOODBYE_SECONDS = 4;

/** Rounded down, so that it never promises more than there is. */
export function spokenDuration(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 58) return `about ${Math.floor(seconds / 5) * 5} seconds`;
  const minutes = Math.floor((seconds + 2) / 60);
  if (minutes === 1) return 'about one minute';
  if (minutes < 100) return `about ${minutes} minutes`;
  return `about ${Math.floor(minutes / 60)} hours`;
}

export function firstName(fullName: string | null): string | null {
  return fullName?.trim().split(/\s+/)[0] || null;
}

const opening = 'What would you like to talk about?';

/** An admin's own words with the name in the place of `{name}`, also where there is none. */
function ownGreeting(words: string, name: string | null): string {
  if (name) return words.replaceAll('{name}', name);
  return words.replaceAll(/[ ,]*\{name\}/gu, '').trim();
}

/** @param words as the agent's prompt has them; null: the usual ones */
export function greeting(customer: {
  fullName: string | null;
  isLowBalance: boolean;
  remainingSeconds: number;
  words?: string | null;
}): string {
  const name = firstName(customer.fullName);
  const hello = name ? `Hello ${name}, this is MindBot.` : 'Hello, this is MindBot.';
  const left = customer.isLowBalance
    ? `Just so you know, you have ${spokenDuration(customer.remainingSeconds)} left.`
    : '';
  const said = customer.words ? [ownGreeting(customer.words, name), left] : [hello, left, opening];
  return said.filter((part) => part !== '').join(' ');
}

/** Another worker took the call over. */
export const backAgain = 'Sorry, we were cut off for a moment. I am back, please go on.';

export function lowBalanceWarning(remainingSeconds: number): string {
  return `By the way, you have ${spokenDuration(remainingSeconds)} left on your time card.`;
}

export function lastMinuteWarning(remainingSeconds: number): string {
  return `We have ${spokenDuration(remainingSeconds)} left. You can top up now if you like.`;
}

export const noAnswer = 'Sorry, something went wrong on my side. Could you say that again?';

/** Speech had failed and works again. */
export const noVoice = 'Sorry, you could not hear me for a moment. Please go on.';

export const stillThere = 'Are you still there?';

export const goodbyeWithdrawn = 'Oh, your top-up just arrived. We can go on, what were you saying?';

const goodbyes: Record<GoodbyeCause, string> = {
  out_of_time: 'Your time is up now. Thank you for talking with me. Goodbye!',
  billing_unreachable: 'I have lost touch with our billing, so I must stop here. Goodbye!',
  asked_to_end: 'This call is ending now. Thank you, and goodbye!',
  worker_shutdown: 'I am sorry, I have to restart. Please call again in a moment. Goodbye!',
  user_inactive: 'I will hang up now, so that your time is not used up. Goodbye!',
  cannot_answer: 'I am sorry, I cannot answer right now, and you do not pay for that. Goodbye!',
  cannot_hear: 'I am sorry, I cannot hear you because of a fault on our side. Goodbye!',
};

export function goodbye(cause: GoodbyeCause, seconds: number): string {
  return seconds < SHORT_GOODBYE_SECONDS ? 'Time is up. Goodbye!' : goodbyes[cause];
}
