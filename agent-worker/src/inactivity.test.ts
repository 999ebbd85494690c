import { expect, it, vi } from 'vitest';
import { FakeClock } from './fake-clock.fixture.ts';
import { InactivityWatch } from './inactivity.ts';

function watch() {
  const clock = new FakeClock();
  const onAsk = vi.fn<() => void>();
  const onGone = vi.fn<() => void>();
  return {
    clock,
    onAsk,
    onGone,
    it: new InactivityWatch({ clock, timeoutSeconds: 60, onAsk, onGone }),
  };
}

it('asks a silent customer, and gives them up when they do not answer', async () => {
  const { clock, onAsk, onGone } = watch();
  await clock.advance(60_000);
  expect(onAsk).toHaveBeenCalledOnce();
  expect(onGone).not.toHaveBeenCalled();
  await clock.advance(20_000);
  expect(onGone).toHaveBeenCalledOnce();
});

it('starts over when the customer answers', async () => {
  const { clock, onAsk, onGone, it: inactivity } = watch();
  await clock.advance(70_000);
  inactivity.touch();
  await clock.advance(59_000);
  expect(onAsk).toHaveBeenCalledOnce();
  expect(onGone).not.toHaveBeenCalled();
});

it('is quiet once it has been stopped', async () => {
  const { clock, onAsk, it: inactivity } = watch();
  inactivity.stop();
  await clock.advance(100_000);
  expect(onAsk).not.toHaveBeenCalled();
});
