import { initializeLogger, log } from '@livekit/agents';
import { expect, it } from 'vitest';
import { installPrivateLogger, withoutPrivateFields } from './logging.ts';

it('drops what the framework marks as private', () => {
  const fields = { speech_id: 'a', 'lk.pii.message': 'what was said' };
  expect(withoutPrivateFields(fields)).toEqual({ speech_id: 'a' });
});

it('takes the place of the logger that the framework hands out', () => {
  initializeLogger({ pretty: false, level: 'fatal' });
  const logger = installPrivateLogger({ sessionId: 's' });
  expect(log()).toBe(logger);
  expect(log().bindings()).toMatchObject({ sessionId: 's' });
});
