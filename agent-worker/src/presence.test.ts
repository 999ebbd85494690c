import { EventEmitter } from 'node:events';
import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.fixture.ts';
import { Presence } from './presence.ts';

function presence() {
  const room = new EventEmitter();
  const clock = new FakeClock();
  const told: string[] = [];
  const watched = new Presence({
    room,
    clock,
    identity: 'user',
    onAway: () => told.push('away'),
    onBack: () => told.push('back'),
    onGone: () => told.push('gone'),
  });
  const leave = (disconnectReason: DisconnectReason, identity = 'user') =>
    room.emit(RoomEvent.ParticipantDisconnected, { identity, disconnectReason });
  const come = () => room.emit(RoomEvent.ParticipantConnected, { identity: 'user' });
  return { room, clock, told, leave, come, watched };
}

it('takes a user who hangs up as gone at once', () => {
  const { told, leave } = presence();
  leave(DisconnectReason.CLIENT_INITIATED);
  expect(told).toEqual(['gone']);
});

it('waits for a user whose connection broke, and goes on when they return', async () => {
  const { clock, told, leave, come } = presence();
  leave(DisconnectReason.CONNECTION_TIMEOUT);
  await clock.advance(7_000);
  come();
  await clock.advance(60_000);
  expect(told).toEqual(['away', 'back']);
});

it('takes a user who does not return as gone', async () => {
  const { clock, told, leave } = presence();
  leave(DisconnectReason.SIGNAL_CLOSE);
  await clock.advance(9_000);
  expect(told).toEqual(['away', 'gone']);
});

it('reaches nobody while its own connection is down', () => {
  const { room, told } = presence();
  room.emit(RoomEvent.Reconnecting);
  room.emit(RoomEvent.Reconnected);
  expect(told).toEqual(['away', 'back']);
});

it('needs both ends for the user to be back', () => {
  const { room, told, leave, come } = presence();
  room.emit(RoomEvent.Reconnecting);
  leave(DisconnectReason.SIGNAL_CLOSE);
  room.emit(RoomEvent.Reconnected);
  expect(told).toEqual(['away']);
  come();
  expect(told).toEqual(['away', 'back']);
});

it('does not mind others, and is quiet once stopped', () => {
  const { told, leave, watched } = presence();
  leave(DisconnectReason.CLIENT_INITIATED, 'somebody');
  watched.stop();
  leave(DisconnectReason.CLIENT_INITIATED);
  expect(told).toEqual([]);
});
