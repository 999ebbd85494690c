import { EventEmitter } from 'node:events';
import { voice } from '@livekit/agents';
import { expect, it, vi } from 'vitest';
import type { Logger } from './logging.ts';
import { watchFailures } from './voice-session.ts';

function failures() {
  const session = new EventEmitter();
  const warn = vi.fn<(attributes: object, message: string) => void>();
  const onFailed = vi.fn<(vendor: string) => void>();
  const onHearingFailed = vi.fn<() => void>();
  watchFailures(session as unknown as voice.AgentSession, { warn } as unknown as Logger, {
    onFailed,
    onHearingFailed,
  });
  const fail = (type: string, recoverable: boolean) =>
    session.emit(voice.AgentSessionEventTypes.Error, {
      error: { type, recoverable, label: 'l', error: new Error('what the customer said') },
    });
  return { fail, warn, onFailed, onHearingFailed };
}

it('keeps what a provider says about a failure out of the log', () => {
  const { fail, warn } = failures();
  fail('llm_error', true);
  expect(JSON.stringify(warn.mock.calls)).not.toContain('what the customer said');
});

it.each([
  ['llm_error', 'llm'],
  ['tts_error', 'tts'],
])('takes a %s that cannot be made good for a missing answer', (type, vendor) => {
  const { fail, onFailed } = failures();
  fail(type, true);
  expect(onFailed).not.toHaveBeenCalled();
  fail(type, false);
  expect(onFailed).toHaveBeenCalledExactlyOnceWith(vendor);
});

it('tells when recognition has given up', () => {
  const { fail, onFailed, onHearingFailed } = failures();
  fail('stt_error', false);
  expect(onHearingFailed).toHaveBeenCalledOnce();
  expect(onFailed).not.toHaveBeenCalled();
});
