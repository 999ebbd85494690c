import { describe, expect, it } from 'vitest';
import { parseStackEnv } from './env.ts';

const parse = (source: Record<string, string | undefined>) => parseStackEnv(source, '/repo');
const problem = (source: Record<string, string | undefined>): string => {
  try {
    parse(source);
  } catch (error) {
    return String(error);
  }
  return '';
};

describe('the environment of the stack', () => {
  it('has a default for everything', () => {
    const env = parse({});
    expect(env.home).toBe('/repo/.mindbot');
    expect(env.ports).toMatchObject({ api: 54321, db: 54322, livekitUdp: 7882 });
    expect(env.stripe).toBeUndefined();
    expect(env.livekit).toBeUndefined();
  });

  it('takes an empty value for none', () => {
    expect(parse({ STRIPE_SECRET_KEY: '', MINDBOT_PORT_API: '' }).ports.api).toBe(54321);
  });

  it('names every problem at once', () => {
    const text = problem({
      MINDBOT_PORT_API: 'abc',
      MINDBOT_PORT_DB: '54325',
      LIVEKIT_URL: 'http://x',
      STRIPE_SECRET_KEY: 'sk_test_1',
    });
    expect(text).toContain('MINDBOT_PORT_API');
    expect(text).toContain('port 54325 is already given to MINDBOT_PORT_DB');
    expect(text).toContain('LIVEKIT_URL: must be an address that begins with ws:// or wss://');
    expect(text).toContain('LIVEKIT_API_SECRET');
    expect(text).toContain('STRIPE_WEBHOOK_SECRET');
  });

  it('takes the variables of one vendor together or not at all', () => {
    expect(problem({ STRIPE_WEBHOOK_SECRET: 'whsec_1' })).toContain(
      'STRIPE_SECRET_KEY: is required',
    );
    expect(problem({ VITE_STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })).toContain('STRIPE_SECRET_KEY');
    const text = problem({ LIVEKIT_API_KEY: 'key' });
    expect(text).toContain('LIVEKIT_URL: is required beside LIVEKIT_API_KEY');
    expect(text).toContain('LIVEKIT_API_SECRET: is required beside LIVEKIT_API_KEY');
  });

  it('allows one number for a TCP and a UDP port', () => {
    expect(problem({ MINDBOT_PORT_LIVEKIT_UDP: '7881' })).toBe('');
  });

  it('switches the Stripe double off by a real key', () => {
    const env = parse({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' });
    expect(env.stripe).toEqual({ secretKey: 'sk_test_1', webhookSecret: 'whsec_1' });
  });

  it('turns minutes into the seconds of the settings', () => {
    const env = parse({ SESSION_TIMEOUT_MINUTES: '10', MAX_CONCURRENT_SESSIONS: '7' });
    expect(env.firstSettings).toEqual({ session_timeout_seconds: 600, max_sessions: 7 });
  });

  it('splits lists and refuses to leave out what must be there', () => {
    expect([...parse({ MINDBOT_WITHOUT: 'app, worker' }).without]).toEqual(['app', 'worker']);
    expect(problem({ MINDBOT_WITHOUT: 'postgres' })).toContain('MINDBOT_WITHOUT');
  });
});
