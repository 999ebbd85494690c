import { expect, it } from 'vitest';
import { AwakeClock } from './clock.ts';
import { FakeClock } from './fake-clock.fixture.ts';

function awakeClock() {
  const source = new FakeClock();
  const awake = new AwakeClock(source);
  const before = awake.now();
  return { source, awake, elapsedMs: () => awake.now() - before };
}

it('leaves out the time in which the process was stopped', async () => {
  const { source, elapsedMs } = awakeClock();
  await source.advance(5_000);
  source.freeze(60_000);
  await source.advance(5_000);
  expect(elapsedMs()).toBeGreaterThanOrEqual(10_000);
  expect(elapsedMs()).toBeLessThanOrEqual(11_000);
});

it('counts the time of a process that is merely slow', async () => {
  const { source, elapsedMs } = awakeClock();
  source.freeze(2_000);
  await source.advance(5_000);
  expect(elapsedMs()).toBe(7_000);
});

it('puts off by as much what was to happen', async () => {
  const { source, awake } = awakeClock();
  let hasFired = false;
  awake.after(10_000, () => (hasFired = true));
  source.freeze(60_000);
  await source.advance(9_000);
  expect(hasFired).toBe(false);
  await source.advance(1_000);
  expect(hasFired).toBe(true);
});
