import { afterAll, beforeEach, expect, test } from 'vitest';
import { serve } from '../_shared/http.ts';
import { makeRequest, memoryLog } from '../_shared/testing/calls.ts';
import { startFakeSupabase } from '../_shared/testing/supabase.ts';
import { createMetricsHandler } from './handler.ts';

const TOKEN = 'a-token-of-prometheus';
const STATE = {
  open_sessions: [
    { agent_type: 'basic', status: 'active', sessions: 2 },
    { agent_type: 'basic', status: 'pending', sessions: 0 },
  ],
  granted_seconds: 600,
  heartbeat_age_seconds: 7,
  rooms_to_close: 3,
  pending_payments: 4,
  payments_to_review: 1,
  unprocessed_stripe_events: 5,
  stripe_event_age_seconds: 61,
  closed_day: {
    starts_at: '2026-01-02T00:00:00+00:00',
    served_seconds: 86_400,
    completed_sessions: 9,
    failed_sessions: 0,
    succeeded_payments: 8,
    failed_payments: 2,
  },
};

const supabase = await startFakeSupabase();
afterAll(() => supabase.close());
beforeEach(() => {
  supabase.calls.length = 0;
  supabase.rpcs['metrics'] = () => ({ body: STATE });
});

async function scrape(authorization = `Bearer ${TOKEN}`, token: string | null = TOKEN) {
  const { log, lines } = memoryLog();
  const handler = createMetricsHandler({ db: supabase.db, token });
  const fetch = serve({ name: 'metrics', methods: ['GET'], log }, handler);
  const response = await fetch(makeRequest({ method: 'GET', headers: { authorization } }));
  return { response, text: await response.text(), lines };
}

// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
const NAME = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*`;
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"`;
const HELP = new RegExp(String.raw`^# HELP (${NAME}) (?:[^\\\n]|\\[\\n])+$`);
const TYPE = new RegExp(String.raw`^# TYPE (${NAME}) gauge$`);
const SAMPLE = new RegExp(String.raw`^(${NAME})(\{${LABEL}(?:,${LABEL})*\})? (-?\d+(?:\.\d+)?)$`);

/** The samples by series; throws at a line that is none of the format, or of a metric that was not introduced. */
function parse(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  let [helped, typed]: (string | undefined)[] = [];
  if (!text.endsWith('\n')) throw new Error('the last line must end too');
  for (const line of text.split('\n').filter(Boolean)) {
    if (line.startsWith('# HELP')) helped = HELP.exec(line)?.[1];
    else if (line.startsWith('# TYPE')) typed = TYPE.exec(line)?.[1];
    else {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined || name !== helped || name !== typed) throw new Error(line);
      const series = name + labels;
      if (series in samples) throw new Error(`${series} comes twice`);
      samples[series] = Number(value);
    }
  }
  return samples;
}

test('tells the state in the text format of Prometheus', async () => {
  const { response, text } = await scrape();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(parse(text)).toEqual({
    'mindbot_sessions_open{agent_type="basic",status="active"}': 2,
    'mindbot_sessions_open{agent_type="basic",status="pending"}': 0,
    mindbot_sessions_open_granted_seconds: 600,
    mindbot_oldest_heartbeat_age_seconds: 7,
    mindbot_rooms_to_close: 3,
    mindbot_payments_pending: 4,
    mindbot_payments_to_review: 1,
    mindbot_stripe_events_unprocessed: 5,
    mindbot_stripe_events_oldest_unprocessed_age_seconds: 61,
    mindbot_closed_day_start_timestamp_seconds: Date.UTC(2026, 0, 2) / 1000,
    mindbot_closed_day_served_seconds: 86_400,
    'mindbot_closed_day_sessions{result="completed"}': 9,
    'mindbot_closed_day_sessions{result="failed"}': 0,
    'mindbot_closed_day_payments{result="succeeded"}': 8,
    'mindbot_closed_day_payments{result="failed"}': 2,
  });
});

test('escapes what stands in a label', async () => {
  const open_sessions = [{ agent_type: 'a "b" \\ c\nd', status: 'active', sessions: 1 }];
  supabase.rpcs['metrics'] = () => ({ body: { ...STATE, open_sessions } });
  expect(parse((await scrape()).text)).toHaveProperty(
    [String.raw`mindbot_sessions_open{agent_type="a \"b\" \\ c\nd",status="active"}`],
    1,
  );
});

test('tells nothing of a day before one was closed, and nothing of sessions without an agent', async () => {
  supabase.rpcs['metrics'] = () => ({ body: { ...STATE, open_sessions: [], closed_day: null } });
  const { response, text } = await scrape();
  expect(response.status).toBe(200);
  const series = Object.keys(parse(text));
  expect(series.filter((name) => /closed_day|sessions_open\{/.test(name))).toEqual([]);
  expect(series).toContain('mindbot_payments_pending');
});

test('keeps nothing of the answer before', async () => {
  await scrape();
  supabase.rpcs['metrics'] = () => ({ body: { ...STATE, open_sessions: [] } });
  expect((await scrape()).text).not.toContain('agent_type');
});

test.each([
  ['no token', ''],
  ['another token', 'Bearer another-token-altogether'],
  ['a secret key', 'Bearer sb_secret_test'],
])('asks the database nothing for %s', async (_, authorization) => {
  const { response, text } = await scrape(authorization);
  expect(response.status).toBe(401);
  expect(JSON.parse(text)).toMatchObject({ code: 'PT401', message: 'not_authenticated' });
  expect(supabase.calls).toEqual([]);
});

test('is not there without a token of its own', async () => {
  for (const authorization of ['', 'Bearer ', 'Bearer null', `Bearer ${TOKEN}`]) {
    const { response, text } = await scrape(authorization, null);
    expect(response.status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ code: 'PT404', message: 'not_found' });
  }
  expect(supabase.calls).toEqual([]);
});

test('logs no token, neither the right one nor a guess', async () => {
  const logged = [...(await scrape()).lines, ...(await scrape('Bearer my-guess')).lines];
  expect(logged.map(({ status }) => status)).toEqual([200, 401]);
  expect(JSON.stringify(logged)).not.toMatch(new RegExp(`${TOKEN}|my-guess`));
});
