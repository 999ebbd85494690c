import { z } from 'zod';

interface Call {
  kind: 'call';
  name: string;
  arguments: Readonly<Record<string, unknown>>;
}

type Arguments = (found: RegExpExecArray) => Readonly<Record<string, unknown>>;

const none: Arguments = () => ({});
const NUMBERS = ['one', 'two', 'three', 'four', 'five'];

function itemName(words: string): string {
  return words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .slice(0, 40);
}

/** What the model uses a tool for by itself, where the tool is offered. In order. */
const WISHES: readonly (readonly [RegExp, string, Arguments])[] = [
  [/\bwhat (?:do|can) you (?:remember|know) about me\b/iu, 'recall', none],
  [
    /\bremember (?:that )?my ([\p{L} ]{1,40}?) is (?:called )?(.{1,200}?)[.!]*$/iu,
    'remember',
    ([, item = '', value = '']) => ({ item: itemName(item) || 'note', value }),
  ],
  [
    /\bremember (?:that )?(.{1,200}?)[.!]*$/iu,
    'remember',
    ([, value = '']) => ({ item: 'note', value }),
  ],
  [
    /\bforget (?:about )?(?:my )?([\p{L} ]{1,40})/iu,
    'forget',
    ([, item = '']) => ({ item: itemName(item) || 'note' }),
  ],
  [
    /\btop(?:ping)?[ -]?up\b|\b(?:buy|need|want|add) (?:some )?(?:more )?time\b/iu,
    'send_top_up_link',
    none,
  ],
  [/\b(?:time|minutes|balance)\b.*\b(?:left|remain|have)|\bbalance\b/iu, 'get_balance', none],
  [/\bhow (?:much|long|many)\b.*\b(?:used?|talked|usage)\b/iu, 'get_usage', none],
  [
    /\b(?:rate|give)\b.*\b([1-5]|one|two|three|four|five)\b(?! (?:hours?|minutes?|seconds?))/iu,
    'rate_call',
    ([, stars = '']) => ({ rating: NUMBERS.indexOf(stars) + 1 || Number(stars), comment: null }),
  ],
  [/\b(?:hang up|end (?:the|this) call|goodbye)\b/iu, 'end_call', none],
];

/** The tool that the user's words ask for, if the model was offered it. */
export function toolFor(said: string, toolNames: readonly string[]): Call | undefined {
  for (const [pattern, name, argumentsOf] of WISHES) {
    const found = toolNames.includes(name) ? pattern.exec(said) : null;
    if (found !== null) return { kind: 'call', name, arguments: argumentsOf(found) };
  }
  return undefined;
}

const quotationSchema = z.looseObject({
  passages: z.array(z.looseObject({ title: z.string(), text: z.string() })),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const NOT_KNOWN = 'I do not know. Nothing in my documents answers that.';

/** Too common to tell what a question is about. */
const COMMON =
  /^(?:what|when|where|which|whom|whose|with|have|does|that|this|there|their|they|your|about|from|could|would|should|please|tell|many|much|like|into|will|been|being|some|then|than)$/u;

/** Beginnings of the words that tell what a question is about. */
function subjects(question: string): string[] {
  const words = question.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  return words.filter((word) => !COMMON.test(word)).map((word) => word.slice(0, 5));
}

function sentencesOf(text: string): string[] {
  const plain = text.replaceAll(/^#+ .*$/gmu, '').replaceAll(/[*_`|]/gu, '');
  return (plain.replaceAll(/\s+/gu, ' ').match(/[^.!?]+[.!?]+/gu) ?? []).map((part) => part.trim());
}

/**
 * What passages say to a question: of the first that fits at all, the sentence that fits best and the one after it.
 * Undefined when the text is no finding.
 */
export function findingInWords(question: string, text: string): string | undefined {
  const quotation = quotationSchema.safeParse(parsed(text));
  if (!quotation.success) return undefined;
  const wanted = subjects(question);
  const fit = (words: string) => wanted.filter((word) => words.toLowerCase().includes(word)).length;
  for (const { title, text: passage } of quotation.data.passages) {
    const sentences = sentencesOf(passage);
    const fits = sentences.map(fit);
    const best = Math.max(0, ...fits);
    if (best + fit(title) === 0) continue;
    const at = fits.indexOf(best);
    return `According to ${title}: ${sentences.slice(at, at + 2).join(' ')}`;
  }
  return NOT_KNOWN;
}

/** What a tool answered, told to the user: tools speak to the model, about the user. */
export function resultInWords(question: string, text: string): string {
  const finding = findingInWords(question, text);
  if (finding !== undefined) return finding;
  const result = parsed(text);
  const words = typeof result === 'string' ? result : text;
  return words
    .replace(/Remembered about the customer: (\{.*\})/u, (_, items) => listed(String(items)))
    .replaceAll('the customer is', 'you are')
    .replaceAll(/\bThe customer has\b/gu, 'You have')
    .replaceAll(/\bthe customer has\b/gu, 'you have')
    .replaceAll(/\bthe customer's\b/giu, 'your')
    .replaceAll('Thank the customer.', 'Thank you!')
    .replace(/ Tell the customer so, and that they can/u, ' You can')
    .replaceAll(/\bthe customer\b/giu, 'you')
    .replaceAll(/\bthey may want\b/gu, 'you may want');
}

function listed(items: string): string {
  const known = z.record(z.string(), z.string()).safeParse(parsed(items));
  const list = Object.entries(known.data ?? {});
  const each = list.map(([item, value]) =>
    item === 'note' ? value : `your ${item.replaceAll('_', ' ')} is ${value}`,
  );
  return `I remember this: ${each.join(', and ')}.`;
}
