import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { VoiceContext } from './context.ts';
import { reply, type ChatMessage, type Reply } from './conversation.ts';
import { chunksAllowed, sufferFault } from './http-faults.ts';
import { readJson, sendJson, writeChunk } from './http.ts';
import { requireModel } from './models.ts';

const partSchema = z.looseObject({ type: z.string(), text: z.string().optional() });

/** The part of a chat completion request that the double understands; the rest is let through. */
const requestSchema = z.looseObject({
  model: z.string().min(1),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
        content: z.union([z.string(), z.array(partSchema)]).nullish(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tools: z
    .array(z.looseObject({ function: z.looseObject({ name: z.string() }).optional() }))
    .nullish(),
  tool_choice: z.unknown().optional(),
});

type ChatRequest = z.infer<typeof requestSchema>;

function plainMessages(request: ChatRequest): ChatMessage[] {
  return request.messages.map(({ role, content }) => ({
    role,
    text:
      typeof content === 'string' ? content : (content ?? []).map((p) => p.text ?? '').join('\n'),
  }));
}

function toolNames(request: ChatRequest): string[] {
  if (request.tool_choice === 'none') return [];
  return (request.tools ?? []).flatMap((tool) => tool.function?.name ?? []);
}

/** About four characters make a token in English; near enough for counting. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

interface Completion {
  id: string;
  created: number;
  model: string;
  answer: Reply;
  usage: Record<string, unknown>;
}

function complete(
  request: ChatRequest,
  messages: ChatMessage[],
  context: VoiceContext,
): Completion {
  const now = context.now();
  const answer = reply(messages, context.rules, toolNames(request), now);
  const written = answer.kind === 'text' ? answer.text : JSON.stringify(answer.arguments);
  const prompt_tokens = messages.reduce((sum, { text }) => sum + 3 + countTokens(text), 3);
  const completion_tokens = countTokens(written);
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(now.getTime() / 1000),
    model: request.model,
    answer,
    usage: {
      prompt_tokens,
      completion_tokens,
      total_tokens: prompt_tokens + completion_tokens,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
  };
}

function toolCall(answer: Extract<Reply, { kind: 'call' }>): Record<string, unknown> {
  return {
    id: `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'function',
    function: { name: answer.name, arguments: JSON.stringify(answer.arguments) },
  };
}

function finishReason(answer: Reply): string {
  return answer.kind === 'text' ? 'stop' : 'tool_calls';
}

/** The pieces of a streamed answer: the role first, then a word at a time or one tool call. */
function deltas(answer: Reply): Record<string, unknown>[] {
  if (answer.kind === 'call') {
    const tool_calls = [{ index: 0, ...toolCall(answer) }];
    return [{ role: 'assistant', content: null, tool_calls }];
  }
  const words = answer.text.match(/\s*\S+/gu) ?? [];
  return [
    { role: 'assistant', content: '', refusal: null },
    ...words.map((content) => ({ content })),
  ];
}

async function streamCompletion(
  response: ServerResponse,
  completion: Completion,
  includeUsage: boolean,
  delayMs: number,
  maxChunks: number,
): Promise<void> {
  const { id, created, model, answer, usage } = completion;
  const frame = (choices: unknown[], extra: object = {}) => {
    const chunk = { id, object: 'chat.completion.chunk', created, model, choices, ...extra };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const pending = includeUsage ? { usage: null } : {};
  const choice = (delta: object, finish_reason: string | null) =>
    frame([{ index: 0, delta, logprobs: null, finish_reason }], pending);
  const frames = [
    ...deltas(answer).map((delta) => choice(delta, null)),
    choice({}, finishReason(answer)),
    ...(includeUsage ? [frame([], { usage })] : []),
    'data: [DONE]\n\n',
  ];
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': `req_${randomUUID().replaceAll('-', '')}`,
  });
  response.flushHeaders();
  for (const [index, text] of frames.entries()) {
    if (index >= maxChunks) return void response.destroy();
    if (!(await writeChunk(response, text))) return;
    await sleep(delayMs);
  }
  response.end();
}

const RECORDED_TURNS = 12;
const RECORDED_LENGTH = 4000;

/** What the log keeps of a conversation: its instructions and the last twelve turns. */
function recordable(messages: readonly ChatMessage[]): ChatMessage[] {
  const earliest = messages.length - RECORDED_TURNS;
  return messages
    .filter(({ role }, index) => index >= earliest || role === 'system' || role === 'developer')
    .map(({ role, text }) => ({ role, text: text.slice(0, RECORDED_LENGTH) }));
}

/** POST /v1/chat/completions: platform.openai.com/docs/api-reference/chat. */
export async function handleChat(
  request: IncomingMessage,
  response: ServerResponse,
  context: VoiceContext,
): Promise<void> {
  const body = await readJson(request, requestSchema);
  requireModel(body.model, 'chat');
  const messages = plainMessages(body);
  const fault = context.faults.take('llm');
  const completion = complete(body, messages, context);
  const { answer } = completion;
  context.journal.record('chat', {
    model: body.model,
    messages: recordable(messages),
    tools: toolNames(body),
    fault: fault?.kind ?? null,
    answer: answer.kind === 'text' ? answer.text : { call: answer.name },
  });
  if (await sufferFault(response, fault)) return;

  const maxChunks = chunksAllowed(fault);
  if (body.stream === true) {
    const includeUsage = body.stream_options?.include_usage === true;
    const { tokenDelayMs } = context;
    return streamCompletion(response, completion, includeUsage, tokenDelayMs, maxChunks);
  }
  if (Number.isFinite(maxChunks)) return void response.destroy();
  const message =
    answer.kind === 'text'
      ? { role: 'assistant', content: answer.text, refusal: null }
      : { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall(answer)] };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason(answer) }];
  const { id, created, model, usage } = completion;
  sendJson(response, 200, { id, object: 'chat.completion', created, model, choices, usage });
}
