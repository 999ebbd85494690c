import { describe, expect, it } from 'vitest';
import { meterUnderTest } from './metered-call.fixture.ts';
import { ServiceWatch } from './service-watch.ts';

async function call() {
  const { meter, clock, beats } = meterUnderTest();
  await meter.start();
  const told: string[] = [];
  const service = new ServiceWatch({
    clock,
    meter,
    onApologize: (failed) => told.push(`sorry ${failed}`),
    onGiveUp: (failure) => told.push(failure),
  });
  return { meter, clock, beats, service, told };
}

/** A turn of the customer that the language model fails to answer. */
function fail(service: ServiceWatch): void {
  service.awaitAnswer();
  service.failed('llm');
}

describe('an answer', () => {
  it('that comes soon is charged with the wait for it', async () => {
    const { meter, clock, service } = await call();
    service.awaitAnswer();
    await clock.advance(3_000);
    service.spoke();
    await clock.advance(7_000);
    expect(meter.usedSeconds).toBe(10);
    expect(meter.unservedSeconds).toBe(0);
  });

  it('that takes long is not charged for from the end of the turn on', async () => {
    const { meter, clock, service } = await call();
    await clock.advance(10_000);
    service.awaitAnswer(clock.now() - 500);
    await clock.advance(8_000);
    service.spoke();
    await clock.advance(5_000);
    expect(meter.usedSeconds).toBe(14);
    expect(meter.unservedSeconds).toBe(8);
  });

  it('that fails is apologised for, and nothing is charged until one is heard', async () => {
    const { meter, clock, service, told } = await call();
    await clock.advance(10_000);
    service.awaitAnswer();
    await clock.advance(2_000);
    service.failed('llm');
    await clock.advance(1_000);
    service.spoke(); // the apology
    await clock.advance(5_000);
    service.awaitAnswer();
    await clock.advance(1_000);
    service.spoke();
    await clock.advance(5_000);
    expect(told).toEqual(['sorry llm']);
    expect(meter.usedSeconds).toBe(15);
    expect(meter.unservedSeconds).toBe(9);
  });

  it('that never comes counts as failed', async () => {
    const { clock, service, told, meter } = await call();
    service.awaitAnswer();
    await clock.advance(31_000);
    expect(told).toEqual(['sorry llm']);
    expect(meter.usedSeconds).toBe(0);
  });

  it('is proven by no beat while it may still fail', async () => {
    const { clock, beats, service } = await call();
    await clock.advance(13_000);
    service.awaitAnswer();
    await clock.advance(3_000);
    expect(beats.map(({ usedSeconds }) => usedSeconds)).toEqual([13]);
  });

  it('that fails for the third time in a row ends the call', async () => {
    const { service, told } = await call();
    fail(service);
    fail(service);
    fail(service);
    expect(told).toEqual(['sorry llm', 'sorry llm', 'cannot_answer']);
  });

  it('that comes in between makes the failures before it forgotten', async () => {
    const { service, told } = await call();
    fail(service);
    fail(service);
    service.awaitAnswer();
    service.spoke();
    fail(service);
    expect(told).not.toContain('cannot_answer');
  });
});

describe('free time cannot be provoked', () => {
  it('by falling silent after a failure', async () => {
    const { meter, clock, service } = await call();
    fail(service);
    await clock.advance(60_000);
    expect(meter.usedSeconds).toBe(40);
  });

  it('by failing again and again for longer than five minutes of a call', async () => {
    const { meter, clock, service } = await call();
    for (let turn = 0; turn < 60; turn += 1) {
      service.awaitAnswer();
      await clock.advance(10_000);
      service.failed('llm');
      service.awaitAnswer();
      service.spoke();
    }
    expect(meter.unservedSeconds).toBeLessThanOrEqual(310);
  });

  it('by asking again and again what is never answered', async () => {
    const { meter, clock, service } = await call();
    for (let turn = 0; turn < 30; turn += 1) {
      service.awaitAnswer();
      await clock.advance(25_000);
    }
    expect(meter.unservedSeconds).toBe(300);
  });

  it('by taking the floor while an answer is awaited', async () => {
    const { meter, clock, service } = await call();
    service.awaitAnswer();
    await clock.advance(3_000);
    service.released();
    await clock.advance(60_000);
    expect(meter.usedSeconds).toBe(63);
  });
});

describe('speech that fails', () => {
  it('is tried again a while later, then the call is given up', async () => {
    const { meter, clock, service, told } = await call();
    service.awaitAnswer();
    service.failed('tts');
    service.failed('tts'); // the next sentence of the same words
    expect(told).toEqual([]);
    await clock.advance(2_000);
    service.failed('tts');
    await clock.advance(5_000);
    service.failed('tts');
    expect(told).toEqual(['sorry tts', 'sorry tts', 'cannot_speak']);
    expect(meter.usedSeconds).toBe(0);
  });

  it('is forgotten once it works', async () => {
    const { clock, service, told } = await call();
    service.awaitAnswer();
    service.failed('tts');
    await clock.advance(2_000);
    service.spoke();
    await clock.advance(60_000);
    expect(told).toEqual(['sorry tts']);
  });
});

describe('recognition', () => {
  it('that is down for a moment is charged', async () => {
    const { meter, clock, service } = await call();
    service.hearingLost();
    await clock.advance(2_000);
    service.hearingBack();
    await clock.advance(8_000);
    expect(meter.usedSeconds).toBe(10);
  });

  it('that is down for longer is not, from the beginning on', async () => {
    const { meter, clock, service } = await call();
    await clock.advance(5_000);
    service.hearingLost();
    await clock.advance(9_000);
    service.hearingBack();
    await clock.advance(5_000);
    expect(meter.usedSeconds).toBe(10);
  });

  it('that gives up ends the call', async () => {
    const { service, told } = await call();
    service.hearingFailed();
    expect(told).toEqual(['cannot_hear']);
  });
});

it('minds nothing any more while the goodbye is spoken, and does again when it is taken back', async () => {
  const { service, told } = await call();
  service.stop();
  fail(service);
  expect(told).toEqual([]);
  service.goOn();
  fail(service);
  expect(told).toEqual(['sorry llm']);
});
