import { z } from 'zod';
import { instructedReply } from './instructions.ts';
import { replyToUser } from './small-talk.ts';

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
 * The whole language model: rules in their order, then small talk. When the turn is not the user's
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
  if (last?.role === 'tool') return { kind: 'text', text: `Here is what I found. ${last.text}` };
  if (last?.role !== 'user') return { kind: 'text', text: 'Go on, I am listening.' };
  return (
    applyRules(rules, last.text, toolNames) ?? {
      kind: 'text',
      text: replyToUser(last.text, {
        earlier: turns.slice(0, -1),
        instructions: instructions.map(({ text }) => text).join('\n'),
        now,
      }),
    }
  );
}
