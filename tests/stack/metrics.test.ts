import { expect, test } from 'vitest';
import { giveCard, invoke, operator, signUp, stack } from '../support/stack.ts';

async function scrape(authorization?: string) {
  const response = await fetch(`${stack.API_URL}/functions/v1/metrics`, {
    headers: authorization === undefined ? {} : { authorization },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The value of a series, as Prometheus gets it: it sends no API key, only its token. */
async function sample(series: string): Promise<number> {
  const { status, text } = await scrape(`Bearer ${stack.METRICS_TOKEN}`);
  expect(status).toBe(200);
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  if (line === undefined) throw new Error(`there is no ${series}`);
  return Number(line.slice(series.length));
}

test('a session appears in the metrics, and is gone when it is over', async () => {
  const pending = 'mindbot_sessions_open{agent_type="basic",status="pending"}';
  const granted = 'mindbot_sessions_open_granted_seconds';
  const person = await signUp();
  await giveCard(person, 120);
  const before = { pending: await sample(pending), granted: await sample(granted) };

  const { data, error } = await operator.rpc('authorize_session', {
    user_id: person.id,
    agent_type: 'basic',
  });
  expect(error).toBeNull();
  expect(await sample(pending)).toBe(before.pending + 1);
  expect(await sample(granted)).toBe(before.granted + 120);

  await person.client.rpc('end_my_session', { session_id: data?.session_id ?? '' });
  expect(await sample(pending)).toBe(before.pending);
});

test('they come in the content type of the text format', async () => {
  const { headers } = await scrape(`Bearer ${stack.METRICS_TOKEN}`);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('without the token there are none, whoever asks', async () => {
  const person = await signUp();
  for (const authorization of [
    undefined,
    'Bearer guess',
    `Bearer ${person.accessToken}`,
    `Bearer ${stack.SECRET_KEY}`,
    `Basic ${stack.METRICS_TOKEN}`,
  ]) {
    const { status, text } = await scrape(authorization);
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ code: 'PT401', message: 'not_authenticated' });
    expect(text).not.toContain('mindbot_');
  }
  expect((await invoke('metrics', { as: person, body: {} })).status).toBe(405);
});
