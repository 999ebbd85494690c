import { expect, it } from 'vitest';
import { parseCallMetadata } from './call-metadata.ts';

const sessionId = '0b9f4bd2-6f0c-4c0e-9a3e-0d3d2b7d9a11';

it('reads what the token function writes', () => {
  const metadata = JSON.stringify({ session_id: sessionId, agent_type: 'basic' });
  expect(parseCallMetadata(metadata)).toEqual({ sessionId });
});

it.each([
  ['no metadata', ''],
  ['text that is not JSON', '{"session_id":'],
  ['no session', '{"agent_type":"basic"}'],
  ['a session id of another shape', '{"session_id":"1","agent_type":"basic"}'],
])('refuses %s', (_what, metadata) => {
  expect(parseCallMetadata(metadata)).toBeNull();
});
