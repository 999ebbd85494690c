/** The built admin panel with a real Chromium: who gets in, what they are refused, what they can take along. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  enterPanel,
  launchBrowser,
  openPage,
  servePanel,
  settled,
  signInToPanel,
} from '../support/admin-panel.ts';
import {
  buyAnHour,
  connect,
  giveCard,
  operator,
  owner,
  type Person,
  signUp,
  signUpAdmin,
  stack,
  stripeDouble,
} from '../support/stack.ts';

const PASSWORD = 'Correct1Horse';
const NOBODY = '00000000-0000-4000-8000-000000000000';

let panel: Awaited<ReturnType<typeof servePanel>>;
let browser: Browser;
let admin: Person;
let support: Person;
let user: Person;
/** Whatever a page complained of; nothing may. */
const complaints: string[] = [];

beforeAll(async () => {
  [panel, browser, admin, support, user] = await Promise.all([
    servePanel(stack),
    launchBrowser(),
    signUpAdmin(),
    signUpAdmin('support'),
    signUp(),
  ]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await panel?.close();
});

/** A browser of its own, where nobody is signed in. `expected`: answers that are part of the test. */
async function freshPage(expected: readonly number[] = []): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on('pageerror', (error) =>
    complaints.push(`${expect.getState().currentTestName} at ${page.url()}: ${error.message}`),
  );
  page.on('console', (message) => {
    const isExpected = expected.some((status) => message.text().includes(`status of ${status}`));
    if (['error', 'warning'].includes(message.type()) && !isExpected)
      complaints.push(`${expect.getState().currentTestName} at ${page.url()}: ${message.text()}`);
  });
  return page;
}

async function signedIn(person: Person): Promise<Page> {
  const page = await freshPage();
  await page.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  await page.addInitScript(() => {
    // Colours are judged as they come to rest.
    document.addEventListener('DOMContentLoaded', () => {
      const style = document.createElement('style');
      style.textContent =
        '*,*::before,*::after{transition:none!important;animation:none!important}';
      document.head.append(style);
    });
  });
  await page.goto(panel.url);
  await enterPanel(page, person.email, PASSWORD);
  return page;
}

describe('signing in', () => {
  test('a wrong password is refused in words', async () => {
    const page = await freshPage([400]);
    await page.goto(panel.url);
    await signInToPanel(page, admin.email, 'Wrong1Password');
    await page.getByText('do not match an account').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(admin.email);
    await page.context().close();
  });

  test('a customer is told that this is not for them, and stays signed out', async () => {
    const page = await freshPage();
    await page.goto(panel.url);
    await signInToPanel(page, user.email, PASSWORD);
    await page.getByText(/This account is not an admin’s/).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => localStorage.getItem('mindbot-admin'))).toBeNull();
    await page.context().close();
  });

  test('an account with a second factor is asked for its code, and let in by no other', async () => {
    const page = await freshPage([422]);
    // The local Auth knows no factors: here it answers as the hosted one does.
    const factors = [{ id: 'factor-1', factor_type: 'totp', status: 'verified' }];
    let lifted = '';
    await page.route('**/auth/v1/token?grant_type=password', async (route) => {
      const response = await route.fetch();
      const session = (await response.json()) as { access_token: string; user: object };
      lifted = JSON.stringify({
        ...session,
        access_token: atLevelTwo(session.access_token),
        user: { ...session.user, factors },
      });
      await route.fulfill({ response, json: { ...session, user: { ...session.user, factors } } });
    });
    const headers = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-expose-headers': 'X-Supabase-Api-Version',
      'x-supabase-api-version': '2024-01-01',
    };
    await page.route('**/auth/v1/factors/factor-1/challenge', (route) =>
      route.fulfill({ headers, json: { id: 'challenge-1', type: 'totp', expires_at: 4e9 } }),
    );
    await page.route('**/auth/v1/factors/factor-1/verify', (route) =>
      route.request().postData()?.includes('"123456"') === true
        ? route.fulfill({ headers, contentType: 'application/json', body: lifted })
        : route.fulfill({
            status: 422,
            headers,
            json: { code: 'mfa_verification_failed', message: 'Invalid TOTP code entered' },
          }),
    );
    await page.goto(`${panel.url}/#/payments`);
    await signInToPanel(page, admin.email, PASSWORD);
    await page.getByText('Enter the six digits that your authenticator app shows.').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('mindbot-admin'))).toBeNull();
    const code = page.getByLabel('Code of your authenticator app');
    await code.fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This code is not right, or too old.').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('mindbot-admin'))).toBeNull();
    await code.fill('123456');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Payments' }).waitFor();
    await page.context().close();
  });

  test('a link leads to its page after signing in, and survives a reload', async () => {
    const page = await freshPage();
    const filter = encodeURIComponent(JSON.stringify({ q: user.email }));
    await page.goto(`${panel.url}/#/users?filter=${filter}`);
    await enterPanel(page, admin.email, PASSWORD);
    await settled(page);
    expect(await page.getByLabel('Search').inputValue()).toBe(user.email);
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.reload();
    await page.locator('#main h1').waitFor();
    await settled(page);
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.context().close();
  });

  test('a session that is over leads to the sign-in page, and back to the same page', async () => {
    const page = await freshPage([401]);
    await page.goto(panel.url);
    await enterPanel(page, admin.email, PASSWORD);
    await openPage(page, panel.url, '/payments');
    // As if the key had been changed: the token is one no more.
    await page.route('**/rest/v1/panel_users*', (route) =>
      route.fulfill({
        status: 401,
        contentType: 'application/json',
        headers: { 'access-control-allow-origin': '*' },
        body: JSON.stringify({ code: 'PGRST301', message: 'JWT expired' }),
      }),
    );
    await page.evaluate((id) => {
      location.hash = `#/users/${id}/show`;
    }, user.id);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.unroute('**/rest/v1/panel_users*');
    await enterPanel(page, admin.email, PASSWORD);
    await page.getByRole('heading', { level: 1, name: user.email }).waitFor();
    expect(page.url()).toContain(`/users/${user.id}/show`);
    await page.context().close();
  });

  test('a refusal does not sign anybody out', async () => {
    const page = await freshPage([403]);
    await page.goto(panel.url);
    await enterPanel(page, admin.email, PASSWORD);
    await openPage(page, panel.url, `/users/${user.id}/show`);
    // Their role is taken away while they fill in the form.
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await owner`update admins set role = 'support' where user_id = ${admin.id}`;
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('No reason.');
    await dialog.getByRole('button', { name: 'Deactivate' }).click();
    await dialog.getByText(/Your role may look, but not do this/).waitFor();
    await owner`update admins set role = 'admin' where user_id = ${admin.id}`;
    const [profile] = await owner`select is_active from profiles where id = ${user.id}`;
    expect(profile?.is_active).toBe(true);
    await page.context().close();
  });
});

/** The token after the second factor: the same, at `aal2`. */
function atLevelTwo(accessToken: string): string {
  const [head = '', payload = ''] = accessToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const body = `${head}.${Buffer.from(JSON.stringify({ ...claims, aal: 'aal2' })).toString('base64url')}`;
  return `${body}.${createHmac('sha256', stack.JWT_SECRET).update(body).digest('base64url')}`;
}

/** Every act of the panel, asked directly. */
const ACTS: readonly (readonly [name: string, args: Record<string, unknown>])[] = [
  ['admin_grant_time', { user_id: NOBODY, seconds: 60 }],
  ['admin_issue_codes', { package_id: 'starter_1h', quantity: 1 }],
  ['admin_revoke_card', { time_card_id: NOBODY }],
  ['admin_extend_card', { time_card_id: NOBODY, expires_at: null }],
  ['admin_set_user_active', { user_id: NOBODY, is_active: false }],
  ['admin_set_role', { user_id: NOBODY, role: 'admin' }],
  ['admin_update_settings', { changes: { max_sessions: 1 } }],
  ['admin_save_package', { package: { id: 'starter_1h', price_cents: 50 } }],
  ['admin_save_agent_type', { agent_type: { id: 'basic', rate_permille: 1 } }],
  ['admin_replay_stripe_event', { event_id: 'evt_1' }],
  ['admin_begin_refund', { payment_id: NOBODY }],
  ['admin_request_session_end', { session_id: NOBODY }],
  ['admin_remove_document', { document_id: NOBODY }],
];

/** What the panel reads by function. */
const READS: readonly (readonly [name: string, args: Record<string, unknown>])[] = [
  ['admin_search_users', { query: 'a' }],
  ['admin_search_cards', { query: 'a' }],
  ['admin_search_sessions', { query: 'a' }],
  ['admin_search_payments', { query: 'a' }],
  ['admin_search_stripe_events', { query: 'a' }],
  ['admin_preview_refund', { payment_id: NOBODY }],
];

const VIEWS = [
  'panel_users',
  'panel_admins',
  'panel_cards',
  'panel_ledger',
  'panel_sessions',
  'panel_session_timeline',
  'panel_payments',
  'panel_batches',
  'panel_audit',
  'panel_user_audit',
  'panel_agents',
] as const;

async function ask(who: Person | null, name: string, args: Record<string, unknown>) {
  const client = who?.client ?? connect();
  const { error, status } = await client.rpc(name as never, args as never);
  return { name, status, message: error?.message };
}

describe('the database refuses', () => {
  test('a stranger everything', async () => {
    for (const [name, args] of [...ACTS, ...READS]) {
      const answer = await ask(null, name, { ...args, reason: 'Mine.' });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    for (const view of VIEWS) {
      const { data, error } = await connect().from(view).select('*').limit(1);
      expect({ view, data, isRefused: error !== null }).toEqual({
        view,
        data: null,
        isRefused: true,
      });
    }
  });

  test('a customer everything', async () => {
    for (const [name, args] of ACTS) {
      const answer = await ask(user, name, { ...args, reason: 'Mine.' });
      expect(answer).toEqual({ name, status: 403, message: 'not_allowed' });
    }
    for (const [name, args] of READS) {
      expect(await ask(user, name, args)).toEqual({ name, status: 403, message: 'not_allowed' });
    }
    for (const view of VIEWS) {
      const { data } = await user.client.from(view).select('*').limit(1);
      expect({ view, data }).toEqual({ view, data: [] });
    }
  });

  test('support every act, whose buttons say why', async () => {
    for (const [name, args] of ACTS) {
      const answer = await ask(support, name, { ...args, reason: 'Mine.' });
      expect(answer).toEqual({ name, status: 403, message: 'not_allowed' });
    }
    const page = await signedIn(support);
    await openPage(page, panel.url, `/users/${user.id}/show`);
    const button = page.getByRole('button', { name: 'Grant time' });
    expect(await button.isDisabled()).toBe(true);
    await page.keyboard.press('Tab');
    await button.focus();
    await page.getByText(/Your role is “support”/).waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.context().close();
  });
});

describe('looking', () => {
  test('finds a user by address and name, a card by its code, a session by its room, a payment by Stripe’s id', async () => {
    const customer = await signUp('Hedy Lamarr');
    const { payment_id } = await buyAnHour(customer);
    await stripeDouble('flush');
    const { data: begun } = await operator.rpc('authorize_session', {
      user_id: customer.id,
      agent_type: 'basic',
    });
    const { data: codes } = await admin.client.rpc('admin_issue_codes', {
      package_id: 'starter_1h',
      quantity: 1,
      reason: 'To be found.',
    });
    const [payment] =
      await owner`select stripe_payment_intent_id from payments where id = ${payment_id}`;
    const page = await signedIn(admin);
    const found = async (list: string, text: string) => {
      await openPage(page, panel.url, `/${list}`);
      await page.getByLabel('Search').fill(text);
      await Promise.all([
        page.waitForResponse((response) => response.url().includes(`/rpc/admin_search_${list}`)),
        page.getByLabel('Search').press('Enter'),
      ]);
      await settled(page);
      expect(await page.locator('tbody tr').count()).toBe(1);
      return page.locator('tbody tr').first().innerText();
    };
    expect(await found('users', customer.email.slice(3, 20))).toContain(customer.email);
    expect(await found('users', customer.email.toUpperCase())).toContain(customer.email);
    expect(await found('cards', codes?.[0]?.activation_code ?? '')).toContain('nobody yet');
    expect(await found('sessions', begun?.room_name ?? '')).toContain(customer.email);
    expect(await found('payments', String(payment?.stripe_payment_intent_id))).toContain('$9.99');
    await operator.rpc('end_session', {
      session_id: begun?.session_id ?? '',
      used_seconds: 0,
      reason: 'test',
      agent_state: {},
    });
    await page.context().close();
  });

  test('an export is whole, in any number of pages, and safe in a spreadsheet', async () => {
    const rows = 2_500;
    await owner`
      insert into auth.users (id, email, raw_user_meta_data)
      select gen_random_uuid(), 'export-' || n || '@example.com',
        jsonb_build_object('full_name', (array['=1+1', '+cmd', '-2+3', '@sum', 'plain "quoted", text'])[1 + n % 5])
      from generate_series(1, ${rows}) n`;
    const page = await signedIn(admin);
    const filter = encodeURIComponent(JSON.stringify({ q: '@example.com', is_active: 'true' }));
    await openPage(page, panel.url, `/users?filter=${filter}`);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    const [head, ...lines] = text.trimEnd().split('\r\n');
    expect(head).toMatch(/^id,email,full_name,/);
    const exported = new Set(lines.flatMap((line) => /export-(\d+)@/.exec(line)?.[1] ?? []));
    expect(exported.size).toBe(rows);
    const [known] = await owner`
      select count(*) from profiles where email ilike '%@example.com%' and is_active`;
    expect(lines).toHaveLength(Number(known?.count));
    expect(lines.filter((line) => /(^|,)"?[=+\-@\t\r]/.test(line))).toEqual([]);
    expect(text).toContain(",'=1+1,");
    expect(text).toContain(',"plain ""quoted"", text",');
    await page.context().close();
  });

  test('pages go on and back without gaps', async () => {
    const page = await signedIn(admin);
    await openPage(page, panel.url, '/users');
    const addresses = () => page.locator('tbody tr td:first-child').allInnerTexts();
    const first = await addresses();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('26–50 of more').waitFor();
    await settled(page);
    const second = await addresses();
    expect(new Set([...first, ...second]).size).toBe(50);
    await page.getByRole('button', { name: 'Previous page' }).click();
    await page.getByText('1–25 of more').waitFor();
    await settled(page);
    expect(await addresses()).toEqual(first);
    await page.context().close();
  });
});

describe('every page', () => {
  /** Addresses of a page of each kind, with something on it. */
  async function everyPage(): Promise<string[]> {
    const customer = await signUp('Emmy Noether');
    const { payment_id, time_card_id } = await buyAnHour(customer);
    await stripeDouble('flush');
    await giveCard(customer, 600);
    const { data: begun } = await operator.rpc('authorize_session', {
      user_id: customer.id,
      agent_type: 'basic',
    });
    const session = begun?.session_id ?? '';
    await operator.rpc('start_session', { session_id: session, worker_id: 'test' });
    await operator.rpc('end_session', {
      session_id: session,
      used_seconds: 1,
      reason: 'user_left',
      agent_state: { interruptions: 1 },
    });
    await customer.client.rpc('rate_session', { session_id: session, rating: 4, comment: 'Nice.' });
    const { data: codes } = await admin.client.rpc('admin_issue_codes', {
      package_id: 'starter_1h',
      quantity: 2,
      reason: 'For the picture.',
    });
    const [event] =
      await owner`select id from stripe_events where payment_id = ${payment_id} limit 1`;
    const [document] = await owner`select id from knowledge_documents where is_active limit 1`;
    const [entry] = await owner`select max(id) as id from admin_audit_log`;
    const lists = [
      '/',
      '/live',
      '/users',
      '/cards',
      '/sessions',
      '/payments',
      '/batches',
      '/packages',
      '/agents',
      '/documents',
      '/settings',
      '/admins',
      '/audit',
      '/stripe-events',
    ];
    return [
      ...lists,
      `/users/${customer.id}/show`,
      `/cards/${time_card_id}/show`,
      `/sessions/${session}/show`,
      `/payments/${payment_id}/show`,
      `/batches/${codes?.[0]?.batch_id}/show`,
      '/packages/starter_1h/show',
      '/agents/basic/show',
      ...(document ? [`/documents/${document.id}/show`] : []),
      `/audit/${entry?.id}/show`,
      `/stripe-events/${event?.id}/show`,
      '/nowhere',
    ];
  }

  test('can be used by everybody, in light and dark, and on a phone', async () => {
    const paths = await everyPage();
    const page = await signedIn(admin);
    const findings: string[] = [];
    for (const path of paths) {
      await openPage(page, panel.url, path);
      for (const colorScheme of ['light', 'dark'] as const) {
        await look(page, colorScheme);
        for (const finding of await seriousFindings(page)) {
          findings.push(`${path} (${colorScheme}): ${finding}`);
        }
      }
      await page.setViewportSize({ width: 375, height: 760 });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (overflow > 0) findings.push(`${path}: ${overflow} px wider than a phone`);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    expect(findings).toEqual([]);
    await page.context().close();
  }, 120_000);

  test('an act’s dialog too', async () => {
    const page = await signedIn(admin);
    await openPage(page, panel.url, `/users/${user.id}/show`);
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Grant time' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await look(page, colorScheme);
      expect(await seriousFindings(page)).toEqual([]);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('that was opened in these tests complained of nothing', () => {
    expect(complaints).toEqual([]);
  });
});

interface Axe {
  run: (options: object) => Promise<{
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  }>;
}

/** Has the system's colours be light or dark, and waits until the page is. */
async function look(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(
    (scheme) => getComputedStyle(document.documentElement).colorScheme === scheme,
    colorScheme,
  );
}

/** What axe finds serious or worse on the page as it is. */
function seriousFindings(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`);
  });
}
