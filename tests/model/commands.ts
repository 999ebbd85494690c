/** The commands of the model-based tests: what may happen, as data that fast-check can generate and shrink. */
import * as fc from 'fast-check';

/** Which of the things there are, counted from the latest; beyond the first it wraps round. */
type Pick = number;

export type Command =
  | { op: 'advance'; ms: number }
  | { op: 'deal'; person: Pick; seconds: number; lifeMs: number | null; priority: number }
  | { op: 'grant'; person: Pick; seconds: number; lifeMs: number | null }
  | { op: 'revoke'; card: Pick }
  | { op: 'extend'; card: Pick; lifeMs: number | null }
  | { op: 'issueCodes'; pack: Pick; quantity: number }
  | { op: 'adminEnd'; session: Pick }
  | { op: 'settleEnded'; session: Pick }
  | { op: 'buy'; person: Pick; pack: Pick; isGift: boolean; key: number | null; request: number }
  | { op: 'stripe'; payment: Pick; report: StripeReport; event: number | null }
  | { op: 'refund'; payment: Pick; permille: number; event: number | null }
  | { op: 'dispute'; payment: Pick; dispute: number; isClosed: boolean }
  | { op: 'reissue'; person: Pick; card: Pick }
  | { op: 'redeem'; person: Pick; card: Pick; how: 'right' | 'sloppy' | 'typo' | 'unknown' }
  | { op: 'authorize'; person: Pick; agent: Pick }
  | { op: 'start'; session: Pick }
  | { op: 'beat'; session: Pick; seq: number; late: number }
  | { op: 'batch'; beats: { session: Pick; seq: number; late: number }[] }
  | { op: 'end'; session: Pick; late: number }
  | { op: 'endMine'; person: Pick; session: Pick }
  | {
      op: 'leave';
      session: Pick;
      who: 'user' | 'agent' | 'stranger';
      ago: number;
      inOrder: boolean;
    }
  | { op: 'sweep' }
  | { op: 'setActive'; person: Pick; isActive: boolean }
  | { op: 'settings'; changes: Record<string, number | null> };

export type StripeReport =
  | 'intent_succeeded'
  | 'intent_declined'
  | 'intent_canceled'
  | 'intent_processing'
  | 'checkout_paid'
  | 'checkout_unpaid'
  | 'checkout_expired'
  | 'charge';

/** Mostly the latest, sometimes any. */
const pick = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(6) });
const event = fc.option(fc.nat(2), { freq: 3, nil: null });

/** Seconds by which a report falls short of the server's clock; negative: it overstates. */
const late = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 30 }) },
  { weight: 2, arbitrary: fc.integer({ min: -500, max: 500 }) },
  { weight: 1, arbitrary: fc.constantFrom(-4_000_000_000, 1_000_000) },
);
const beat = fc.record({ session: pick, seq: fc.integer({ min: -1, max: 3 }), late });

const second = 1000;
const advance = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 240 * 60 }).map((ms) => ms * 25) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 130 }).map((s) => s * second) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 48 }).map((h) => h * 3600 * second) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(90, 91, 120, 121, 300, 3600, 86_400).map((s) => s * second),
  },
);

const seconds = fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 5000 }));
const life = fc.option(
  fc.integer({ min: 1, max: 600 }).map((s) => s * second),
  { freq: 2, nil: null },
);

const setting = fc.oneof(
  fc.record({ hold_slice_seconds: fc.constantFrom(1, 7, 30, 75, 300) }),
  fc.record({ max_sessions_per_user: fc.constantFrom(0, 1, 2, 4) }),
  fc.record({ max_sessions: fc.constantFrom(1, 2, 100) }),
  fc.record({ max_session_seconds: fc.constantFrom(null, 45, 400) }),
  fc.record({ low_balance_seconds: fc.constantFrom(0, 100, 1800) }),
  fc.record({ code_attempts_per_hour: fc.constantFrom(1, 3, 10) }),
);

const op = <const T extends string>(name: T) => fc.constant(name);

const charging: fc.WeightedArbitrary<Command>[] = [
  { weight: 8, arbitrary: fc.record({ op: op('authorize'), person: pick, agent: pick }) },
  { weight: 7, arbitrary: fc.record({ op: op('start'), session: pick }) },
  { weight: 12, arbitrary: beat.map((one) => ({ op: 'beat' as const, ...one })) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: op('batch'),
      beats: fc.array(beat, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ op: op('end'), session: pick, late }) },
  { weight: 2, arbitrary: fc.record({ op: op('endMine'), person: pick, session: pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: op('leave'),
      session: pick,
      who: fc.constantFrom('user', 'user', 'agent', 'stranger'),
      ago: fc.integer({ min: -5, max: 200 }),
      inOrder: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ op: op('sweep') }) },
];

const money: fc.WeightedArbitrary<Command>[] = [
  {
    weight: 5,
    arbitrary: fc.record({
      op: op('buy'),
      person: pick,
      pack: fc.nat(2),
      isGift: fc.boolean(),
      key: fc.option(fc.nat(1), { freq: 2, nil: null }),
      request: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      op: op('stripe'),
      payment: pick,
      report: fc.constantFrom<StripeReport[]>(
        'intent_succeeded',
        'intent_succeeded',
        'intent_declined',
        'intent_canceled',
        'intent_processing',
        'checkout_paid',
        'checkout_unpaid',
        'checkout_expired',
        'charge',
      ),
      event,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: op('refund'),
      payment: pick,
      permille: fc.constantFrom(1, 100, 333, 500, 999, 1000, 1000),
      event,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: op('dispute'),
      payment: pick,
      dispute: fc.nat(2),
      isClosed: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: op('reissue'), person: pick, card: pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: op('redeem'),
      person: pick,
      card: pick,
      how: fc.constantFrom('right', 'right', 'sloppy', 'typo', 'unknown'),
    }),
  },
];

const rest: fc.WeightedArbitrary<Command>[] = [
  { weight: 12, arbitrary: fc.record({ op: op('advance'), ms: advance }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: op('deal'),
      person: pick,
      seconds,
      lifeMs: life,
      priority: fc.constantFrom(100, 1, 200),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: op('grant'), person: pick, seconds, lifeMs: life }) },
  { weight: 2, arbitrary: fc.record({ op: op('revoke'), card: pick }) },
  { weight: 3, arbitrary: fc.record({ op: op('extend'), card: pick, lifeMs: life }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: op('issueCodes'),
      pack: fc.nat(2),
      quantity: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: op('adminEnd'), session: pick }) },
  { weight: 2, arbitrary: fc.record({ op: op('settleEnded'), session: pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: op('setActive'), person: pick, isActive: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ op: op('settings'), changes: setting }) },
];

/** A call that goes on, on time just given: without such a start few sequences would get to a settlement. */
const call: fc.Arbitrary<Command[]> = fc
  .record({
    person: pick,
    seconds,
    lifeMs: life,
    agent: pick,
    ms: advance,
    beats: fc.array(beat, { maxLength: 2 }),
  })
  .map(({ person, seconds: given, lifeMs, agent, ms, beats }) => [
    { op: 'grant', person, seconds: given, lifeMs },
    { op: 'authorize', person, agent },
    { op: 'start', session: 0 },
    { op: 'advance', ms },
    ...beats.map((one): Command => ({ op: 'beat', ...one, session: 0, seq: Math.max(1, one.seq) })),
  ]);

/** A purchase that is paid, and a gift that is redeemed. */
const sale: fc.Arbitrary<Command[]> = fc
  .record({ person: pick, pack: fc.nat(2), isGift: fc.boolean() })
  .map(({ person, pack, isGift }) => [
    { op: 'buy', person, pack, isGift, key: null, request: 0 },
    { op: 'stripe', payment: 0, report: 'intent_succeeded', event: null },
    ...(isGift ? [{ op: 'redeem', person, card: 0, how: 'right' } as const] : []),
  ]);

/** Sequences of commands: single ones, and such as belong together. */
export function sequences(length: number): fc.Arbitrary<Command[]> {
  const single = fc.oneof(...charging, ...money, ...rest).map((one) => [one]);
  const part = fc.oneof(
    { weight: 10, arbitrary: single },
    { weight: 1, arbitrary: call },
    { weight: 1, arbitrary: sale },
  );
  return fc
    .array(part, { minLength: Math.ceil(length / 3), maxLength: length })
    .map((parts) => parts.flat().slice(0, length));
}
