/** Whose turn it was last: nobody has spoken yet, the user, or the agent itself (or a tool). */
type LastTurn = 'opening' | 'user' | 'agent';

const QUOTED = /["“]([^"”]{1,2000})["”]/u;
const SAY_EXACTLY = /\bsay exactly\b[^"“\n]{0,60}["“](.{1,4000})["”]\s*$/isu;
const SAY_QUOTED = /\bsay(?: the following)?(?: to [^:"“]{1,40})?\s*:?\s*["“]([^"”]{1,2000})["”]/iu;
const NAME =
  /\b(?:name is|named|called|speaking (?:with|to)|talking (?:with|to)|full[_ ]?name:?|user:)\s+(\p{Lu}[\p{L}'’-]*)/u;
const MINUTES = /(\d+)\s*(?:more\s+)?(hours?|minutes?|seconds?)\b/iu;

/** The first name that the instructions give the user, if any. */
export function userName(instructions: string): string | undefined {
  return NAME.exec(instructions)?.[1];
}

/** The time that the instructions speak of, as `12 minutes`. */
export function timeLeft(instructions: string): string | undefined {
  const lines = instructions.split('\n').toReversed();
  for (const line of lines) {
    const found = MINUTES.exec(line);
    if (found !== null && /left|remain|balance|low/iu.test(line)) return `${found[1]} ${found[2]}`;
  }
  return undefined;
}

function greeting(name: string | undefined, time: string | undefined): string {
  const hello = name === undefined ? 'Hello!' : `Hello ${name}!`;
  const left = time === undefined ? '' : ` You have about ${time} left.`;
  return `${hello} I am MindBot.${left} What would you like to talk about?`;
}

/**
 * What the instructions alone demand, or undefined when they leave the turn to the conversation.
 * A sentence in quotation marks after "say" is said word for word, whoever spoke last. Otherwise
 * the last paragraph decides, and only when it is not the user who waits for an answer.
 */
export function instructedReply(
  instructions: readonly string[],
  lastTurn: LastTurn,
): string | undefined {
  const all = instructions.join('\n');
  const task = all.trim().split('\n').at(-1) ?? '';
  const exactly = SAY_EXACTLY.exec(all)?.[1] ?? SAY_QUOTED.exec(task)?.[1];
  if (exactly !== undefined) return exactly;
  if (lastTurn === 'user') return undefined;

  const name = userName(all);
  const address = name === undefined ? '' : `, ${name}`;
  const time = timeLeft(all);
  if (lastTurn === 'agent' && /\b(?:say|tell|remind)\b/iu.test(task) && QUOTED.test(task)) {
    return QUOTED.exec(task)?.[1];
  }
  if (/\b(?:greet|welcome|introduce yourself)/iu.test(task)) return greeting(name, time);
  if (/\b(?:goodbye|good-bye|farewell|time is (?:up|over)|ran out)/iu.test(task)) {
    return `Our time is up${address}. Thank you for talking with me. Goodbye!`;
  }
  if (/\b(?:still there|idle|silent|not spoken|inactive)/iu.test(task)) {
    return `Are you still there${address}?`;
  }
  if (/\btop(?:ped|s)?[ -]?up\b/iu.test(task) && /\b(?:thank|was|has|have|just)\b/iu.test(task)) {
    return `Thank you${address}. Your new time has arrived.`;
  }
  if (/\b(?:low|left|remain(?:s|ing)?|running out)\b/iu.test(task) && time !== undefined) {
    return `By the way${address}, you have about ${time} left.`;
  }
  return lastTurn === 'opening' ? greeting(name, undefined) : undefined;
}
