import { describe, expect, it } from 'vitest';
import { meterUnderTest, unreachable } from './metered-call.fixture.ts';

const lastGrant = { granted_until_seconds: 100, remaining_seconds: 100, final: true };

describe('while the database answers', () => {
  it('reports cumulative seconds under a growing number, once an interval', async () => {
    const { meter, clock, beats } = meterUnderTest({ started: { heartbeat_seq: 7 } });
    await meter.start();
    await clock.advance(45_000);
    expect(beats.map((beat) => [beat.seq, beat.usedSeconds])).toEqual([
      [8, 15],
      [9, 30],
      [10, 45],
    ]);
  });

  it('counts whole seconds from the answer to the start', async () => {
    const { meter, clock } = meterUnderTest();
    await clock.advance(5_000);
    await meter.start();
    await clock.advance(9_999);
    expect(meter.usedSeconds).toBe(9);
  });

  it('goes on from what a session had used when it is started again', async () => {
    const { meter, clock, beats } = meterUnderTest({
      started: { used_seconds: 40, heartbeat_seq: 3 },
    });
    await meter.start();
    await clock.advance(14_000);
    expect(meter.usedSeconds).toBe(54);
    expect(beats).toEqual([]);
    await clock.advance(1_000);
    expect(beats).toEqual([expect.objectContaining({ seq: 4, usedSeconds: 55 })]);
  });

  it('knows the remaining time to the second between beats', async () => {
    const { meter, clock } = meterUnderTest();
    await meter.start();
    await clock.advance(22_000);
    expect(meter.state.remainingSeconds).toBe(3600 - 22);
  });

  it('talks beyond the first grant when beats extend it', async () => {
    const { meter, clock, diary } = meterUnderTest({
      onBeat: (beat) => ({ granted_until_seconds: beat.usedSeconds + 300 }),
    });
    await meter.start();
    await clock.advance(1_000_000);
    expect(meter.usedSeconds).toBe(1000);
    expect(diary).toEqual([]);
  });

  it('gives notice when the balance becomes low, once', async () => {
    const { meter, clock, diary } = meterUnderTest({
      onBeat: (beat) => ({ low_balance: beat.usedSeconds >= 30 }),
    });
    await meter.start();
    await clock.advance(90_000);
    expect(diary).toEqual(['30 notice low_balance']);
  });

  it('gives notice of the last minute to the second, though no beat falls there', async () => {
    const { meter, clock, diary } = meterUnderTest({ started: lastGrant });
    await meter.start();
    await clock.advance(50_000);
    expect(diary).toEqual(['40 notice last_minute']);
  });

  it('does not announce the last minute of a call that began in it', async () => {
    const { meter, clock, diary } = meterUnderTest({
      started: { ...lastGrant, granted_until_seconds: 50, remaining_seconds: 50 },
    });
    await meter.start();
    await clock.advance(40_000);
    expect(diary).toEqual([]);
  });
});

describe('at the end of the grant', () => {
  it('looks once more, says goodbye ahead of the end, stops when it was heard, then settles', async () => {
    const { meter, clock, beats, diary, ends } = meterUnderTest({ started: lastGrant });
    await meter.start();
    await clock.advance(120_000);
    expect(beats.map((beat) => beat.usedSeconds)).toContain(92);
    expect(diary).toEqual([
      '40 notice last_minute',
      '94 notice goodbye',
      '94 goodbye out_of_time',
      '97 goodbye heard',
      '97 over grant_exhausted',
      '97 settled',
    ]);
    expect(ends).toEqual([expect.objectContaining({ usedSeconds: 97, reason: 'grant_exhausted' })]);
  });

  it('takes a shorter lead when the whole grant is short', async () => {
    const { meter, clock, diary } = meterUnderTest({
      started: { ...lastGrant, granted_until_seconds: 10, remaining_seconds: 10 },
    });
    await meter.start();
    await clock.advance(20_000);
    expect(diary[0]).toBe('6 notice goodbye');
  });

  it('goes on without a goodbye when the look before it finds a top-up', async () => {
    const { meter, clock, diary } = meterUnderTest({
      started: lastGrant,
      onBeat: (beat) =>
        beat.usedSeconds < 92
          ? { remaining_seconds: 100 - beat.usedSeconds }
          : {
              granted_until_seconds: 400,
              remaining_seconds: 3700 - beat.usedSeconds,
              final: false,
            },
    });
    await meter.start();
    await clock.advance(150_000);
    expect(diary).toEqual(['40 notice last_minute', '92 notice topped_up']);
    expect(meter.isOver).toBe(false);
  });

  it('takes the goodbye back when the top-up arrives while it is spoken', async () => {
    const { meter, clock, diary } = meterUnderTest({
      started: lastGrant,
      onBeat: (beat) =>
        beat.usedSeconds < 95
          ? { remaining_seconds: 100 - beat.usedSeconds }
          : {
              granted_until_seconds: 400,
              remaining_seconds: 3700 - beat.usedSeconds,
              final: false,
            },
    });
    await meter.start();
    await clock.advance(120_000);
    expect(diary.slice(-4)).toEqual([
      '94 goodbye out_of_time',
      '97 goodbye heard',
      '97 notice topped_up',
      '97 goes on',
    ]);
    expect(meter.isOver).toBe(false);
  });

  it('lets a goodbye that overruns finish within the grace, and bills the grant only', async () => {
    const { meter, clock, diary, ends } = meterUnderTest({ started: lastGrant, goodbyeMs: 8_000 });
    await meter.start();
    await clock.advance(120_000);
    expect(diary.slice(-3)).toEqual([
      '102 goodbye heard',
      '102 over grant_exhausted',
      '102 settled',
    ]);
    expect(ends[0]?.usedSeconds).toBe(100);
  });

  it('stops a goodbye that never ends', async () => {
    const { meter, clock, diary, ends } = meterUnderTest({ started: lastGrant, goodbyeMs: 60_000 });
    await meter.start();
    await clock.advance(120_000);
    expect(diary).toContain('103 over grant_exhausted');
    expect(ends[0]?.usedSeconds).toBe(100);
  });
});

describe('while beats are lost', () => {
  it('talks on until the grant and no longer, and says why it stops', async () => {
    const { meter, clock, diary, ends } = meterUnderTest({ onBeat: () => 'fail' });
    await meter.start();
    await clock.advance(400_000);
    expect(diary).toEqual([
      '294 notice goodbye',
      '294 goodbye billing_unreachable',
      '297 goodbye heard',
      '297 over grant_exhausted',
      '297 settled',
    ]);
    expect(ends[0]?.usedSeconds).toBe(297);
  });

  it('is not held up by a beat that is never answered, and sends no second one beside it', async () => {
    const { meter, clock, beats, diary } = meterUnderTest({ onBeat: () => 'hang' });
    await meter.start();
    await clock.advance(400_000);
    expect(beats).toHaveLength(1);
    expect(diary).toContain('294 goodbye billing_unreachable');
    expect(diary.at(-1)).toMatch(/settled$/);
  });

  it('tries again sooner than the interval and goes on as if nothing had been', async () => {
    const { meter, clock, beats, script, diary } = meterUnderTest({ onBeat: () => 'fail' });
    await meter.start();
    await clock.advance(24_000);
    expect(beats.map((beat) => beat.usedSeconds)).toEqual([15, 20]);
    script.onBeat = () => ({});
    await clock.advance(26_000);
    expect(beats.map((beat) => beat.usedSeconds)).toEqual([15, 20, 25, 40]);
    expect(new Set(beats.map((beat) => beat.seq)).size).toBe(4);
    expect(diary).toEqual([]);
  });

  it('ignores an answer that arrives after the call is over', async () => {
    const { meter, clock, billing, diary } = meterUnderTest();
    const late = Promise.withResolvers<never>();
    const answer = {
      granted_until_seconds: 900,
      remaining_seconds: 9000,
      low_balance: true,
    } as never;
    billing.beat = () => late.promise;
    await meter.start();
    await clock.advance(16_000);
    meter.end('user_left');
    late.resolve(answer);
    await clock.advance(1_000);
    expect(diary).toEqual(['16 over user_left', '16 settled']);
    expect(meter.state.grantedUntilSeconds).toBe(300);
  });
});

describe('while nobody can be served', () => {
  it('charges nothing, but goes on to beat', async () => {
    const { meter, clock, beats, ends } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.pause('user_away');
    await clock.advance(28_000);
    meter.end('user_left');
    await clock.advance(0);
    expect(beats.map((beat) => beat.usedSeconds)).toEqual([10, 10]);
    expect(ends).toEqual([expect.objectContaining({ usedSeconds: 10 })]);
  });

  it('goes on from where it stood when the service does', async () => {
    const { meter, clock } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.pause('user_away');
    await clock.advance(20_000);
    meter.resume('user_away');
    await clock.advance(5_000);
    expect(meter.usedSeconds).toBe(15);
  });

  it('postpones the goodbye', async () => {
    const { meter, clock, diary } = meterUnderTest({ started: lastGrant });
    await meter.start();
    await clock.advance(50_000);
    meter.pause('user_away');
    await clock.advance(60_000);
    meter.resume('user_away');
    await clock.advance(50_000);
    expect(diary).toContain('154 notice goodbye');
    expect(diary).toContain('157 over grant_exhausted');
  });

  it('needs every reason to be gone', async () => {
    const { meter, clock } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.pause('user_away');
    meter.pause('no_answer');
    await clock.advance(5_000);
    meter.resume('user_away');
    await clock.advance(5_000);
    meter.resume('no_answer');
    await clock.advance(5_000);
    expect(meter.usedSeconds).toBe(15);
    expect(meter.unservedSeconds).toBe(10);
  });

  it('takes back what was served in doubt, and lets no beat prove it before', async () => {
    const { meter, clock, beats, ends } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.doubt('no_answer');
    await clock.advance(8_000);
    meter.pause('no_answer', clock.now() - 8_000);
    await clock.advance(20_000);
    meter.end('user_left');
    await clock.advance(0);
    expect(beats.map((beat) => beat.usedSeconds)).toEqual([10, 10]);
    expect(ends).toEqual([expect.objectContaining({ usedSeconds: 10 })]);
    expect(meter.unservedSeconds).toBe(28);
  });

  it('charges what was served in doubt when nothing came of it', async () => {
    const { meter, clock, beats } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.doubt('deaf');
    await clock.advance(8_000);
    meter.resume('deaf');
    await clock.advance(12_000);
    expect(beats.map((beat) => beat.usedSeconds)).toEqual([10, 30]);
  });

  it('takes no time back twice', async () => {
    const { meter, clock } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.pause('user_away');
    await clock.advance(10_000);
    meter.resume('user_away');
    await clock.advance(2_000);
    meter.pause('deaf', clock.now() - 20_000);
    expect(meter.usedSeconds).toBe(10);
  });

  it('counts what was left out when it turns out to be due, and never more', async () => {
    const { meter, clock } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.pause('no_packets');
    await clock.advance(10_000);
    meter.resume('no_packets', 60_000);
    await clock.advance(5_000);
    expect(meter.usedSeconds).toBe(25);
    expect(meter.unservedSeconds).toBe(0);
  });

  it('charges nothing of what was left out for another reason too', async () => {
    const { meter, clock } = meterUnderTest();
    await meter.start();
    await clock.advance(10_000);
    meter.pause('no_packets');
    await clock.advance(3_000);
    meter.pause('no_answer');
    await clock.advance(10_000);
    meter.resume('no_answer');
    await clock.advance(2_000);
    meter.resume('no_packets', 60_000);
    expect(meter.usedSeconds).toBe(15);
    expect(meter.unservedSeconds).toBe(10);
  });

  it('gives the customer what was in doubt when the agent fails', async () => {
    const { meter, clock, ends } = meterUnderTest();
    await meter.start();
    meter.doubt('no_answer');
    await clock.advance(5_000);
    meter.end('agent_failed');
    await clock.advance(0);
    expect(ends).toEqual([expect.objectContaining({ usedSeconds: 0 })]);
  });

  it('does not start the clock of a user who was lost during the start', async () => {
    const { meter, clock, billing } = meterUnderTest();
    const start = billing.start;
    const answered = Promise.withResolvers<void>();
    billing.start = async (...args) => {
      await answered.promise;
      return start(...args);
    };
    const starting = meter.start();
    meter.pause('user_away');
    answered.resolve();
    await starting;
    await clock.advance(5_000);
    expect(meter.usedSeconds).toBe(0);
  });
});

describe('ending', () => {
  it('settles once, with the seconds of the moment it stopped', async () => {
    const { meter, clock, diary, ends } = meterUnderTest();
    await meter.start();
    await clock.advance(12_600);
    meter.end('user_left');
    await clock.advance(30_000);
    meter.end('room_closed');
    meter.windDown('worker_shutdown');
    await clock.advance(30_000);
    expect(ends).toEqual([expect.objectContaining({ usedSeconds: 12, reason: 'user_left' })]);
    expect(meter.usedSeconds).toBe(12);
    expect(diary).toEqual(['13 over user_left', '13 settled']);
  });

  it('calls off the beat that is under way', async () => {
    const { meter, clock, billing } = meterUnderTest();
    let signal: AbortSignal | undefined;
    billing.beat = (_beat, given) => {
      signal = given;
      return new Promise(() => {});
    };
    await meter.start();
    await clock.advance(16_000);
    meter.end('user_left');
    expect(signal?.aborted).toBe(true);
  });

  it('lets no top-up undo a shutdown that was asked for during the goodbye', async () => {
    const { meter, clock, diary } = meterUnderTest({
      started: lastGrant,
      onBeat: (beat) =>
        beat.usedSeconds < 95
          ? { remaining_seconds: 100 - beat.usedSeconds }
          : { granted_until_seconds: 400, remaining_seconds: 3600, final: false },
    });
    await meter.start();
    await clock.advance(95_000);
    meter.windDown('worker_shutdown');
    await clock.advance(20_000);
    expect(diary).toContain('97 over worker_shutdown');
  });

  it('sends no beat once it is over', async () => {
    const { meter, clock, beats } = meterUnderTest();
    await meter.start();
    await clock.advance(20_000);
    meter.end('user_left');
    await clock.advance(100_000);
    expect(beats).toHaveLength(1);
  });

  it('says goodbye when the database asks it to end', async () => {
    const { meter, clock, diary } = meterUnderTest({ onBeat: () => ({ action: 'end' }) });
    await meter.start();
    await clock.advance(60_000);
    expect(diary).toEqual([
      '15 notice goodbye',
      '15 goodbye asked_to_end',
      '18 goodbye heard',
      '18 over ended_on_request',
      '18 settled',
    ]);
  });

  it('does not go on after a shutdown though there is time left', async () => {
    const { meter, clock, diary } = meterUnderTest();
    await meter.start();
    await clock.advance(5_000);
    meter.windDown('worker_shutdown');
    await clock.advance(60_000);
    expect(diary).toContain('5 goodbye worker_shutdown');
    expect(diary).toContain('8 over worker_shutdown');
  });

  it('ends right after the start when the user left meanwhile', async () => {
    const { meter, clock, billing, ends } = meterUnderTest();
    const start = billing.start;
    const answered = Promise.withResolvers<void>();
    billing.start = async (...args) => {
      await answered.promise;
      return start(...args);
    };
    const starting = meter.start();
    meter.end('user_left');
    expect(ends).toEqual([]);
    answered.resolve();
    await starting;
    await clock.advance(0);
    expect(ends).toEqual([expect.objectContaining({ usedSeconds: 0, reason: 'user_left' })]);
  });

  it('settles nothing when the start was refused', async () => {
    const { meter, billing, ends } = meterUnderTest();
    billing.start = () => Promise.reject(unreachable());
    await expect(meter.start()).rejects.toThrow('unreachable');
    meter.end('user_left');
    await expect(meter.ended).resolves.toBeNull();
    expect(ends).toEqual([]);
  });

  it('tells that the sweep has to settle when the settlement does not get through', async () => {
    const { meter, clock, billing } = meterUnderTest();
    billing.end = () => Promise.reject(unreachable());
    await meter.start();
    await clock.advance(1_000);
    meter.end('user_left');
    await expect(meter.ended).resolves.toBeNull();
  });
});
