import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Command } from './commands.ts';
import { Game } from './game.ts';

let game: Game;
beforeAll(async () => {
  game = await Game.open(inject('databaseServerUrl'));
});
afterAll(() => game.close());

/** A command exactly so many milliseconds after the one before it: each one takes a millisecond by itself. */
function after(ms: number, command: Command): Command[] {
  return [{ op: 'advance', ms: ms - 2 }, command];
}

const second = 1000;
const grant = (seconds: number, lifeMs: number | null = null): Command => ({
  op: 'grant',
  person: 0,
  seconds,
  lifeMs,
});
const authorize: Command = { op: 'authorize', person: 0, agent: 3 };
const start: Command = { op: 'start', session: 0 };
const sweep: Command = { op: 'sweep' };
const beat = (late: number): Command => ({ op: 'beat', session: 0, seq: 1, late });
const end = (late: number): Command => ({ op: 'end', session: 0, late });
const buy = (isGift: boolean): Command => ({
  op: 'buy',
  person: 0,
  pack: 1,
  isGift,
  key: null,
  request: 0,
});
const paid: Command = {
  op: 'stripe',
  payment: 0,
  report: 'intent_succeeded',
  event: null,
};
const refund = (permille: number): Command => ({ op: 'refund', payment: 0, permille, event: null });
const dispute = (isClosed: boolean, number = 0): Command => ({
  op: 'dispute',
  payment: 0,
  dispute: number,
  isClosed,
});
const day = 86_400 * second;

/** The moment before, the very moment, and the moment after. */
const around = [-1, 0, 1];

test.each(around)('a card expires, %i ms from its moment', async (ms) => {
  const life = 60 * second;
  for (const last of [authorize, sweep]) {
    expect(await game.sequence([grant(100, life), ...after(life + ms, last), sweep])).toBe(null);
  }
});

test.each(around)('what is left besides a hold expires, %i ms from its moment', async (ms) => {
  const life = 60 * second;
  const open = [grant(400, life), authorize, start];
  // Two commands come between the grant and the start.
  expect(await game.sequence([...open, ...after(life - 2 + ms, start)])).toBe(null);
  expect(await game.sequence([...open, ...after(life - 2 + ms, beat(0))])).toBe(null);
  expect(await game.sequence([...open, ...after(life - 2 + ms, end(1)), sweep])).toBe(null);
});

test.each(around)('nobody joined, %i ms from the time-out', async (ms) => {
  expect(await game.sequence([grant(400), authorize, ...after(120 * second + ms, sweep)])).toBe(
    null,
  );
});

test.each(around)('nothing was heard, %i ms from the time-out', async (ms) => {
  const open = [grant(4000), authorize, start];
  const silent = after(90 * second + ms, sweep);
  expect(await game.sequence([...open, ...silent])).toBe(null);
  expect(await game.sequence([...open, ...after(40 * second, beat(0)), ...silent])).toBe(null);
});

test.each(around)('an agent outstays its grant, %i ms from the time-out', async (ms) => {
  const grantSeconds = 100;
  const beats = after((grantSeconds + 60) * second, beat(0));
  const last = after(31 * second + ms - 1, { ...beat(0), seq: 2 } as Command);
  expect(
    await game.sequence([grant(grantSeconds), authorize, start, ...beats, ...last, sweep]),
  ).toBe(null);
});

test.each(around)('a report is believed up to the clock, %i ms from a whole second', async (ms) => {
  const open = [grant(4000), authorize, start];
  expect(await game.sequence([...open, ...after(50 * second + ms, beat(-9))])).toBe(null);
  expect(await game.sequence([...open, ...after(50 * second + ms, end(-9))])).toBe(null);
});

test.each(around)('a wrong code is forgotten, %i ms from the hour', async (ms) => {
  const wrong: Command = { op: 'redeem', person: 0, card: 0, how: 'unknown' };
  const limit: Command = { op: 'settings', changes: { code_attempts_per_hour: 1 } };
  expect(await game.sequence([limit, wrong, ...after(3600 * second + ms, wrong)])).toBe(null);
});

test.each(around)(
  'a purchase that never reached Stripe is given up, %i ms from a day',
  async (ms) => {
    expect(await game.sequence([buy(false), ...after(day + ms, sweep)])).toBe(null);
  },
);

test.each(around)('a dispute is won, %i ms from the moment the card expires', async (ms) => {
  const sold = [buy(false), paid, dispute(false)];
  expect(await game.sequence([...sold, ...after(day - 1 + ms, dispute(true)), sweep])).toBe(null);
});

test('a late report is billed from what has expired, before and after the sweep', async () => {
  const ended: Command[] = [
    { op: 'adminEnd', session: 0 },
    { op: 'settleEnded', session: 0 },
  ];
  const open = [grant(300, 30 * second), authorize, start];
  const before = [...open, ...after(60 * second, beat(20)), ...ended];
  expect(await game.sequence([...before, end(0)])).toBe(null);
  expect(await game.sequence([...before, sweep, end(0)])).toBe(null);
});

test('refunds and disputes take time that is held, spent, expired or not redeemed', async () => {
  const sold = [buy(false), paid];
  const talked = [...sold, authorize, start, ...after(100 * second, beat(0))];
  for (const taken of [refund(333), refund(1000), dispute(true, 1), dispute(false)]) {
    expect(await game.sequence([...talked, taken, beat(0), end(0), sweep, taken])).toBe(null);
    expect(await game.sequence([...talked, end(0), taken, refund(1000), sweep])).toBe(null);
    expect(await game.sequence([...sold, ...after(2 * day, sweep), taken, refund(999)])).toBe(null);
    expect(await game.sequence([buy(true), paid, taken, dispute(true)])).toBe(null);
  }
});

test('a dispute ends a call on a card that expired under it', async () => {
  const late = [buy(false), paid, ...after(day - 10 * second, authorize), start];
  const over = [...late, ...after(20 * second, beat(0)), sweep, dispute(false), beat(0)];
  expect(await game.sequence([...over, end(0), dispute(true)])).toBe(null);
  expect(await game.sequence([...over, dispute(true), end(0)])).toBe(null);
});
