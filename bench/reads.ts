import { askStatus, type StackAddress } from '../local/demo/address.ts';
import { connect, must } from '../local/demo/customer.ts';
import type { Part } from './harness/part.ts';
import { compare, type Contender, interleave, time } from './harness/rounds.ts';

const CALLS_PER_ROUND = 50;

let stack: StackAddress | undefined;

function calls(read: () => PromiseLike<unknown>): Contender {
  return async () =>
    (await time(async () => {
      for (let call = 0; call < CALLS_PER_ROUND; call += 1) await read();
    })) / CALLS_PER_ROUND;
}

export const part: Part = {
  title:
    'the two reads that every page makes, over the smallest read there is, against the running stack',
  async missing() {
    try {
      stack = await askStatus();
      return undefined;
    } catch {
      return 'the stack is not running (npm start)';
    }
  },
  async measure(bench) {
    if (!stack) throw new Error('the stack is not running');
    const customer = connect(stack);
    await must(
      customer.auth.signUp({
        email: `bench-${crypto.randomUUID()}@example.com`,
        password: 'Correct1Horse',
      }),
    );
    const samples = await interleave(bench.rounds, {
      smallest: calls(() => must(customer.from('voice_sessions').select('id').limit(1))),
      prices: calls(() => must(customer.from('packages').select('*').order('sort_order'))),
      balance: calls(() => must(customer.rpc('get_balance'))),
    });
    return [
      compare('price list', 'time', samples.prices, samples.smallest, null, [
        'the read',
        'smallest',
      ]),
      compare('balance', 'time', samples.balance, samples.smallest, null, ['the read', 'smallest']),
    ];
  },
};
