/**
 * `npm run bench`: how long the two reads that every page makes take, against a running stack. Each round asks for the
 * price list, the balance and, as the yardstick, the smallest read there is, in turn; the figures
 * are medians over the rounds, the ratios are to the yardstick of the same run. `-o json` prints JSON.
 */
import { askStatus } from '../local/demo/address.ts';
import { connect, must } from '../local/demo/customer.ts';

const rounds = 9;
const callsPerRound = 50;

interface Figure {
  name: string;
  medianMs: number;
  ratio: number;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const stack = await askStatus();
const customer = connect(stack);
await must(
  customer.auth.signUp({
    email: `bench-${crypto.randomUUID()}@example.com`,
    password: 'Correct1Horse',
  }),
);

const reads: Record<string, () => PromiseLike<unknown>> = {
  'one empty own table': () => must(customer.from('voice_sessions').select('id').limit(1)),
  'price list': () => must(customer.from('packages').select('*').order('sort_order')),
  balance: () => must(customer.rpc('get_balance')),
};
const samples = new Map(Object.keys(reads).map((name) => [name, [] as number[]]));

for (let round = 0; round <= rounds; round += 1) {
  for (const [name, read] of Object.entries(reads)) {
    const startedAt = performance.now();
    for (let call = 0; call < callsPerRound; call += 1) await read();
    const perCall = (performance.now() - startedAt) / callsPerRound;
    // The first round warms everything up.
    if (round > 0) samples.get(name)?.push(perCall);
  }
}

const yardstick = median(samples.get('one empty own table') ?? []);
const figures: Figure[] = [...samples].map(([name, values]) => {
  const medianMs = median(values);
  return {
    name,
    medianMs: Number(medianMs.toFixed(2)),
    ratio: Number((medianMs / yardstick).toFixed(2)),
  };
});
if (process.argv.includes('json'))
  console.log(JSON.stringify({ rounds, callsPerRound, figures }, null, 2));
else {
  console.log(`median of ${rounds} rounds of ${callsPerRound} calls, one after another\n`);
  for (const { name, medianMs, ratio } of figures) {
    console.log(`${name.padEnd(22)} ${medianMs.toFixed(2).padStart(7)} ms  × ${ratio.toFixed(2)}`);
  }
}
