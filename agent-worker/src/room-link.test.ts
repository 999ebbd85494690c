import type { Room } from '@livekit/rtc-node';
import { expect, it, vi } from 'vitest';
import { FakeClock } from './fake-clock.fixture.ts';
import type { MeterState } from './grant.ts';
import type { Logger } from './logging.ts';
import { RoomLink, toAttributes } from './room-link.ts';

const state = (remainingSeconds: number): MeterState => ({
  remainingSeconds,
  grantedUntilSeconds: 300,
  isLowBalance: true,
  isFinal: false,
});

it('shows the figures as strings under the names of the contract', () => {
  expect(toAttributes('s', state(42))).toEqual({
    'mindbot.session_id': 's',
    'mindbot.remaining_seconds': '42',
    'mindbot.granted_until_seconds': '300',
    'mindbot.low_balance': 'true',
    'mindbot.final': 'false',
  });
});

it('sends one update at a time, and of those that wait only the newest', async () => {
  const sent: string[] = [];
  const gate = Promise.withResolvers<void>();
  const setAttributes = vi.fn<(attributes: Record<string, string>) => Promise<void>>(
    async (attributes) => {
      sent.push(attributes['mindbot.remaining_seconds'] ?? '');
      await gate.promise;
    },
  );
  const room = { isConnected: true, localParticipant: { setAttributes } } as unknown as Room;
  const link = new RoomLink({ room, clock: new FakeClock(), sessionId: 's', log: {} as Logger });
  link.publish(state(30));
  await vi.waitFor(() => expect(sent).toEqual(['30']));
  link.publish(state(29));
  link.publish(state(28));
  gate.resolve();
  await link.flush();
  expect(sent).toEqual(['30', '28']);
});

it('goes on when an update is never answered', async () => {
  const clock = new FakeClock();
  const setAttributes = vi.fn<() => Promise<void>>(() => new Promise(() => {}));
  const room = { isConnected: true, localParticipant: { setAttributes } } as unknown as Room;
  const link = new RoomLink({ room, clock, sessionId: 's', log: {} as Logger });
  link.publish(state(30));
  await clock.advance(100);
  link.publish(state(29));
  await clock.advance(1_000);
  expect(setAttributes).toHaveBeenCalledTimes(2);
});
