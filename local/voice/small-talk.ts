import { calculate } from './arithmetic.ts';
import type { ChatMessage } from './conversation.ts';
import { timeLeft } from './instructions.ts';

interface Situation {
  earlier: readonly ChatMessage[];
  instructions: string;
  now: Date;
}

type Answer = (found: RegExpExecArray, situation: Situation) => string | undefined;

const CAPITALS: Readonly<Record<string, string>> = {
  argentina: 'Buenos Aires',
  australia: 'Canberra',
  austria: 'Vienna',
  belgium: 'Brussels',
  brazil: 'Brasília',
  canada: 'Ottawa',
  china: 'Beijing',
  denmark: 'Copenhagen',
  egypt: 'Cairo',
  finland: 'Helsinki',
  france: 'Paris',
  germany: 'Berlin',
  greece: 'Athens',
  hungary: 'Budapest',
  iceland: 'Reykjavik',
  india: 'New Delhi',
  ireland: 'Dublin',
  italy: 'Rome',
  japan: 'Tokyo',
  kenya: 'Nairobi',
  mexico: 'Mexico City',
  netherlands: 'Amsterdam',
  norway: 'Oslo',
  poland: 'Warsaw',
  portugal: 'Lisbon',
  russia: 'Moscow',
  'south korea': 'Seoul',
  spain: 'Madrid',
  sweden: 'Stockholm',
  switzerland: 'Bern',
  turkey: 'Ankara',
  ukraine: 'Kyiv',
  'united kingdom': 'London',
  'united states': 'Washington, D.C.',
};

function capitalOf(found: RegExpExecArray): string {
  const country = found[1] ?? '';
  const capital = CAPITALS[country.toLowerCase()];
  return capital === undefined
    ? `I do not know the capital of ${country}.`
    : `The capital of ${country} is ${capital}.`;
}

function nameGiven(turns: readonly ChatMessage[]): string | undefined {
  const names = turns
    .filter(({ role }) => role === 'user')
    .map(({ text }) => /\bmy name is (\p{L}+)/iu.exec(text)?.[1]);
  return names.findLast((name) => name !== undefined);
}

function remaining(situation: Situation): string {
  const time = timeLeft(situation.instructions);
  return time === undefined
    ? 'Your remaining time is shown on your screen. I will tell you in good time before it ends.'
    : `You have about ${time} left.`;
}

function clock(now: Date): string {
  const minutes = now.getMinutes();
  return `It is ${now.getHours()} ${minutes < 10 ? `oh ${minutes}` : minutes}.`;
}

const GREETING = /^\W*(?:hello|hi|hey|good (?:morning|afternoon|evening))\b/iu;

/** In order; the first that matches and gives an answer wins. */
const TALK: readonly (readonly [RegExp, Answer])[] = [
  [/\bcan you hear me\b/iu, () => 'Yes, I can hear you well. What would you like to talk about?'],
  [/\bcapital of (?:the )?([\p{L} ]+?)\W*$/iu, capitalOf],
  [/.+/u, ([said]) => calculate(said)],
  [
    /\bwhat(?:'s| is) my name\b/iu,
    (_, { earlier }) => {
      const name = nameGiven(earlier);
      return name === undefined ? 'You have not told me your name yet.' : `Your name is ${name}.`;
    },
  ],
  [/\bmy name is (\p{L}+)/iu, ([, name]) => `Nice to meet you, ${name}.`],
  [
    /\b(?:time|minutes|seconds|balance)\b.*\b(?:left|remain|have)|\bbalance\b/iu,
    (_, s) => remaining(s),
  ],
  [/\bwhat time is it\b|\bthe time\b/iu, (_, { now }) => clock(now)],
  [
    /\bwhat (?:day|date)\b/iu,
    (_, { now }) => {
      const day = now.toLocaleDateString('en-US', {
        weekday: 'long',
        month: 'long',
        day: 'numeric',
      });
      return `Today is ${day}.`;
    },
  ],
  [
    /\bwhat can you do\b|\bhelp me\b|\bhow does this work\b/iu,
    () =>
      'I can chat with you, do a little arithmetic, name capital cities and keep an eye on your time.',
  ],
  [/\bhow are you\b/iu, () => 'I am doing well, thank you. How about you?'],
  [/\bwho are you\b|\byour name\b/iu, () => 'I am MindBot, your voice companion.'],
  [/\bjoke\b/iu, () => 'Why did the robot go on holiday? It needed to recharge its batteries.'],
  [
    /\bweather\b|\brain(?:ing)?\b/iu,
    () => 'I cannot look outside from here, but I hope that the sun is shining where you are.',
  ],
  [
    /\b(?:repeat|say) that(?: again)?\b|\bpardon\b/iu,
    (_, { earlier }) => earlier.findLast(({ role }) => role === 'assistant')?.text,
  ],
  [/\b(?:bye|goodbye|see you)\b/iu, () => 'Goodbye! It was nice talking with you.'],
  [/\bthank(?:s| you)\b/iu, () => 'You are welcome!'],
  [GREETING, () => 'Hello! What would you like to talk about?'],
  [/^\W*(?:yes|yeah|sure|okay|ok)\W*$/iu, () => 'Good. Go on, please.'],
  [/^\W*(?:no|nope)\W*$/iu, () => 'All right. Is there anything else?'],
];

const MAX_ECHO_LENGTH = 200;

/** A short spoken answer that fits what the user said, if there is one. */
export function smallTalk(said: string, situation: Situation): string | undefined {
  for (const [pattern, answer] of TALK) {
    const found = pattern.exec(said);
    const text = found === null ? undefined : answer(found, situation);
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

/** What is said to anything else. */
export function echo(said: string): string {
  const heard = said.trim().slice(0, MAX_ECHO_LENGTH);
  if (heard === '') return 'I did not catch that.';
  return `You said: ${heard}${/[.!?]$/u.test(heard) ? '' : '.'} Tell me more about it.`;
}
