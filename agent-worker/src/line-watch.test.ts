import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.fixture.ts';
import { LineWatch } from './line-watch.ts';
import { meterUnderTest } from './metered-call.fixture.ts';

/** A call in which packets come, until a test holds them back. */
async function call() {
  const { meter, clock, ends, beats } = meterUnderTest();
  await meter.start();
  const line = { lastPacketMs: null as number | null, isMuted: false, isAgentSpeaking: false };
  const watch = new LineWatch({
    clock,
    meter,
    packetAgeMs: async () =>
      line.isMuted ? null : line.lastPacketMs === null ? 0 : clock.now() - line.lastPacketMs,
    isAgentSpeaking: () => line.isAgentSpeaking,
  });
  return {
    meter,
    clock,
    watch,
    ends,
    beats,
    line,
    lose: () => (line.lastPacketMs = clock.now()),
    regain: () => (line.lastPacketMs = null),
  };
}

it('charges nothing from the last packet on when the user turns out to have vanished', async () => {
  const { meter, clock, watch, ends, beats, lose } = await call();
  await clock.advance(10_000);
  lose();
  await clock.advance(21_000);
  watch.left();
  meter.end('user_left');
  await clock.advance(0);
  expect(beats.every(({ usedSeconds }) => usedSeconds <= 10)).toBe(true);
  expect(ends).toEqual([expect.objectContaining({ usedSeconds: 10 })]);
});

it('charges nothing for a loss in which nobody spoke', async () => {
  const { meter, clock, lose, regain } = await call();
  await clock.advance(10_000);
  lose();
  await clock.advance(6_000);
  regain();
  await clock.advance(5_000);
  expect(meter.usedSeconds).toBe(14);
});

it('charges a loss in which the agent was heard, or may have been', async () => {
  const { meter, clock, line, lose, regain } = await call();
  await clock.advance(10_000);
  line.isAgentSpeaking = true;
  lose();
  await clock.advance(6_000);
  regain();
  await clock.advance(5_000);
  expect(meter.usedSeconds).toBe(21);
});

it('charges whoever holds packets back and listens', async () => {
  const { meter, clock, watch, line, lose } = await call();
  await clock.advance(10_000);
  line.isAgentSpeaking = true;
  lose();
  await clock.advance(100_000);
  watch.left();
  expect(meter.usedSeconds).toBe(110);
});

it('gives no more than so much of a call away, however often the line is lost', async () => {
  const { meter, clock, lose, regain } = await call();
  for (let loss = 0; loss < 20; loss += 1) {
    lose();
    await clock.advance(20_000);
    regain();
    await clock.advance(1_500);
  }
  expect(meter.unservedSeconds).toBeLessThanOrEqual(75);
  expect(meter.unservedSeconds).toBeGreaterThanOrEqual(70);
});

it('expects nothing from a microphone that is muted', async () => {
  const { meter, clock, line, lose } = await call();
  lose();
  line.isMuted = true;
  await clock.advance(20_000);
  expect(meter.usedSeconds).toBe(20);
});

it('asks no more once it is stopped', async () => {
  const clock = new FakeClock();
  let asked = 0;
  const watch = new LineWatch({
    clock,
    meter: { doubt: () => {}, pause: () => {}, resume: () => {} },
    packetAgeMs: async () => {
      asked += 1;
      return 0;
    },
    isAgentSpeaking: () => false,
  });
  await clock.advance(2_500);
  watch.stop();
  await clock.advance(5_000);
  expect(asked).toBe(3);
});
