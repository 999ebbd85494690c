import { z } from 'zod';
import { instructedReply } from './instructions.ts';
import { echo, smallTalk } from './small-talk.ts';
import { NOT_KNOWN, findingInWords, resultInWords, toolFor } from './tool-talk.ts';

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  text: string;
}

/** What the model does: it speaks, or it calls one of the tools that it was offered. */
export type Reply =
  | { kind: 'text'; text: string }
  | { kind: 'call'; name: string; arguments: Readonly<Record<string, unknown>> };

function isRegularExpression(pattern: string): boolean {
  try {
    return RegExp(pattern, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * A rule for the language model: when the user's last words match `match` (regular expression,
 * case does not matter), answer `answer`, where $1, $2 … stand for the groups; or call a tool, if
 * the request offers it.
 */
export const ruleSchema = z.union([
  z.strictObject({
    match: z.string().max(500).refine(isRegularExpression, 'not a regular expression'),
    answer: z.string().max(4000),
  }),
  z.strictObject({
    match: z.string().max(500).refine(isRegularExpression, 'not a regular expression'),
    call: z.strictObject({
      name: z.string().min(1).max(64),
      arguments: z.record(z.string(), z.unknown()).default({}),
    }),
  }),
]);

export type Rule = z.infer<typeof ruleSchema>;

/** Longer input is cut before a rule looks at it. */
const MAX_MATCHED_LENGTH = 2000;

function applyRules(
  rules: readonly Rule[],
  said: string,
  toolNames: readonly string[],
): Reply | undefined {
  for (const rule of rules) {
    const found = new RegExp(rule.match, 'iu').exec(said.slice(0, MAX_MATCHED_LENGTH));
    if (found === null) continue;
    if ('answer' in rule) {
      const text = rule.answer.replaceAll(/\$(\d)/gu, (_, group) => found[Number(group)] ?? '');
      return { kind: 'text', text };
    }
    if (toolNames.includes(rule.call.name)) return { kind: 'call', ...rule.call };
  }
  return undefined;
}

/**
 * The whole language model: rules in their order, then tools, small talk and what was looked up. When the turn is not the user's
 * (nobody has spoken yet, or the agent was told to say something), the instructions decide; LiveKit
 * Agents appends those of `generateReply({ instructions })` to the system message.
 */
export function reply(
  messages: readonly ChatMessage[],
  rules: readonly Rule[],
  toolNames: readonly string[],
  now: Date,
): Reply {
  const turns = messages.filter(({ role }) => role !== 'system' && role !== 'developer');
  const instructions = messages.filter(({ role }) => role === 'system' || role === 'developer');
  const last = turns.at(-1);
  const told = instructedReply(
    instructions.map(({ text }) => text),
    last === undefined ? 'opening' : last.role === 'assistant' ? 'agent' : 'user',
  );
  if (told !== undefined) return { kind: 'text', text: told };
  const asked = turns.findLast(({ role }) => role === 'user')?.text ?? '';
  if (last?.role === 'tool') return { kind: 'text', text: resultInWords(asked, last.text) };
  if (last?.role !== 'user') return { kind: 'text', text: 'Go on, I am listening.' };
  return (
    applyRules(rules, asked, toolNames) ??
    toolFor(asked, toolNames) ?? {
      kind: 'text',
      text:
        smallTalk(asked, {
          earlier: turns.slice(0, -1),
          instructions: instructions.map(({ text }) => text).join('\n'),
          now,
        }) ?? fallback(asked, turns.at(-2), toolNames),
    }
  );
}

/** No small talk: what was looked up before the model was asked, or else an echo. */
function fallback(
  asked: string,
  before: ChatMessage | undefined,
  toolNames: readonly string[],
): string {
  const found = before?.role === 'tool' ? findingInWords(asked, before.text) : undefined;
  return found ?? (toolNames.includes('search_knowledge') ? NOT_KNOWN : echo(asked));
}
