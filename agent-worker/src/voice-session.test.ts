import { EventEmitter } from 'node:events';
import { voice } from '@livekit/agents';
import { expect, it, vi } from 'vitest';
import type { Logger } from './logging.ts';
import { watchFailures } from './voice-session.ts';

function failures() {
  const session = new EventEmitter();
  const warn = vi.fn<(attributes: object, message: string) => void>();
  const onNoAnswer = vi.fn<() => void>();
  watchFailures(
    session as unknown as voice.AgentSession,
    { warn } as unknown as Logger,
    onNoAnswer,
  );
  const fail = (type: string, recoverable: boolean) =>
    session.emit(voice.AgentSessionEventTypes.Error, {
      error: { type, recoverable, label: 'l', error: new Error('what the customer said') },
    });
  return { fail, warn, onNoAnswer };
}

it('keeps what a provider says about a failure out of the log', () => {
  const { fail, warn } = failures();
  fail('llm_error', true);
  expect(JSON.stringify(warn.mock.calls)).not.toContain('what the customer said');
});

it.each([
  ['llm_error', false, 1],
  ['llm_error', true, 0],
  ['tts_error', false, 0],
])('takes a %s (recoverable: %s) for %i missing answers', (type, recoverable, times) => {
  const { fail, onNoAnswer } = failures();
  fail(type, recoverable);
  expect(onNoAnswer).toHaveBeenCalledTimes(times);
});
