/** The overview of the built admin panel, with a real Chromium: it shows what the database says, or why it cannot. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  enterPanel,
  launchBrowser,
  openPage,
  servePanel,
  settled,
} from '../support/admin-panel.ts';
import {
  buyAnHour,
  giveCard,
  invoke,
  operator,
  owner,
  type Person,
  signUp,
  signUpAdmin,
  stack,
  stripeDouble,
} from '../support/stack.ts';

interface Revenue {
  currency: string;
  paid_cents: number;
  refunded_cents: number;
  net_cents: number;
}

interface Figures {
  revenue: Revenue[];
  sign_ups: number;
  sessions: { completed: number; failed: number; average_seconds: number };
  payments: { succeeded: number; failed: number; success_rate: number };
  satisfaction: { ratings: number; average: number };
  card_utilisation: number;
  margin: { served_seconds: number; billed_per_served: number };
  liabilities: { seconds: number; by_currency: { currency: string; cents: number }[] };
}

interface Kpis {
  period: Figures;
  previous: Figures;
  today: Figures;
  now: { active_sessions: number };
  days: Record<string, unknown>[];
  retention: { week: string; people: number; rates: number[] }[];
}

const DAY_MS = 86_400_000;
const day = (plus: number): string =>
  new Date(Date.now() + plus * DAY_MS).toISOString().slice(0, 10);
/** A week that the tests cannot leave, even if they run over midnight. */
const DAYS = { from_day: day(-6), to_day: day(1) };
const PATH = `/?from=${DAYS.from_day}&to=${DAYS.to_day}`;

let panel: Awaited<ReturnType<typeof servePanel>>;
let browser: Browser;
let page: Page;
let admin: Person;

beforeAll(async () => {
  [panel, browser, admin] = await Promise.all([servePanel(stack), launchBrowser(), signUpAdmin()]);
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(panel.url);
  await enterPanel(page, admin.email, 'Correct1Horse');
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await panel?.close();
});

async function kpis(): Promise<Kpis> {
  const { data, error } = await admin.client.rpc('admin_kpis', DAYS);
  if (error) throw new Error(error.message);
  return data as unknown as Kpis;
}

const dollarsOf = ({ revenue }: Figures) =>
  revenue.find(({ currency }) => currency === 'usd') ?? {
    paid_cents: 0,
    refunded_cents: 0,
    net_cents: 0,
  };

const dollars = (cents: number): string =>
  (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' });
const count = (value: number): string => value.toLocaleString('en-US');
const percent = (share: number): string =>
  share.toLocaleString('en-US', { style: 'percent', maximumFractionDigits: 1 });

/** What a tile says, all of it. */
const tile = (name: string): Promise<string> =>
  page.getByRole('region', { name, exact: true }).innerText();

/** Somebody buys an hour, talks for 75 seconds, gives four stars, and gets a third of the money back. */
async function story(): Promise<void> {
  const customer = await signUp('Mary Jackson');
  const { payment_id } = await buyAnHour(customer);
  const { data } = await operator.rpc('authorize_session', {
    user_id: customer.id,
    agent_type: 'basic',
  });
  const session_id = data?.session_id ?? '';
  await operator.rpc('start_session', { session_id, worker_id: 'test' });
  await owner`
    update voice_sessions set started_at = started_at - interval '75 seconds' where id = ${session_id}`;
  await operator.rpc('end_session', { session_id, used_seconds: 75, reason: 'user_left' });
  await customer.client.rpc('rate_session', { session_id, rating: 4 });
  const { status } = await invoke('admin-refund', {
    as: admin,
    body: { payment_id, amount_cents: 333, reason: 'A bad line.' },
  });
  expect(status).toBe(200);
  await stripeDouble('flush');
}

test('its figures are those of the database, and those of what happened', async () => {
  const before = await kpis();
  await story();
  const after = await kpis();
  const grown = (read: (figures: Figures) => number) => read(after.period) - read(before.period);
  expect({
    paid: grown((f) => dollarsOf(f).paid_cents),
    refunded: grown((f) => dollarsOf(f).refunded_cents),
    signUps: grown((f) => f.sign_ups),
    completed: grown((f) => f.sessions.completed),
    succeeded: grown((f) => f.payments.succeeded),
    ratings: grown((f) => f.satisfaction.ratings),
    served: grown((f) => f.margin.served_seconds),
  }).toEqual({
    paid: 999,
    refunded: 333,
    signUps: 1,
    completed: 1,
    succeeded: 1,
    ratings: 1,
    served: 75,
  });

  await openPage(page, panel.url, PATH);
  const { period, previous, today, now } = await kpis();
  const revenue = await tile('Revenue');
  expect(revenue).toContain(dollars(dollarsOf(period).net_cents));
  expect(revenue).toContain(`from ${dollars(dollarsOf(previous).net_cents)}`);
  expect(revenue).toContain(`${dollars(dollarsOf(period).refunded_cents)} refunded`);
  expect(await tile('New users')).toContain(`\n${count(period.sign_ups)}\n`);
  const sessions = await tile('Sessions');
  expect(sessions).toContain(`\n${count(period.sessions.completed)}\n`);
  expect(sessions).toContain(`${count(period.sessions.failed)} ended in an error`);
  expect(await tile('Payment success')).toContain(percent(period.payments.success_rate));
  expect(await tile('Satisfaction')).toContain(`${period.satisfaction.average} of 5`);
  expect(await tile('Card utilisation')).toContain(percent(period.card_utilisation));
  expect(await tile('Margin guard')).toContain(period.margin.billed_per_served.toFixed(2));
  const owed = period.liabilities.by_currency.find(({ currency }) => currency === 'usd');
  const liabilities = await tile('Liabilities');
  expect(liabilities).toContain(dollars(owed?.cents ?? -1));
  expect(liabilities).toContain('sold and not used');
  const strip = await tile('Now and today');
  expect(strip).toContain(`Active sessions now\n${count(now.active_sessions)}\n`);
  expect(strip).toContain(`Revenue today\n${dollars(dollarsOf(today).net_cents)}\n`);
});

test('the retention table has a row for each week, shaded by its rates', async () => {
  await openPage(page, panel.url, PATH);
  const { retention } = await kpis();
  const table = page.getByRole('table', { name: 'Retention by week of sign-up' });
  const rows = await table.locator('tbody tr').evaluateAll((trs) =>
    trs.map((tr) => ({
      people: tr.querySelector('td')?.textContent,
      rates: [...tr.querySelectorAll('td')].slice(1).map((td) => td.textContent),
    })),
  );
  expect(rows).toEqual(
    retention.map(({ people, rates }) => ({
      people: people.toLocaleString('en-US'),
      rates: rates.map(percent),
    })),
  );
  const highest = Math.max(...retention.flatMap(({ rates }) => rates));
  const shades = await table
    .getByRole('cell', { name: percent(highest), exact: true })
    .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).backgroundColor));
  expect(shades.length).toBeGreaterThan(0);
  expect(shades).not.toContain('rgba(0, 0, 0, 0)');
});

test('a chart has its figures as a table and as a file', async () => {
  await openPage(page, panel.url, PATH);
  const { days } = await kpis();
  await page.getByRole('button', { name: 'Used time by day as a table' }).click();
  const table = page.getByRole('table', { name: 'Used time by day' });
  expect(await table.locator('tbody tr').count()).toBe(days.length);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download used-time as CSV' }).click(),
  ]);
  const [head = '', ...lines] = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  expect(head).toBe(
    'day,billed_seconds,paid_billed_seconds,free_billed_seconds,served_seconds,sold_seconds,unused_paid_seconds,sessions,failed_sessions',
  );
  expect(lines).toEqual(
    days.map((figures) =>
      head
        .split(',')
        .map((column) => String(figures[column]))
        .join(','),
    ),
  );
});

test('a chart that has not measured a narrow page yet does not widen it', async () => {
  await page.setViewportSize({ width: 375, height: 760 });
  await openPage(page, panel.url, PATH);
  await page.locator('.recharts-wrapper').first().waitFor();
  // Recharts measures after the page has been laid out, so between the two a chart is too wide.
  const overflow = await page.evaluate(() => {
    for (const chart of document.querySelectorAll<HTMLElement>('.recharts-wrapper')) {
      chart.style.width = '1000px';
    }
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
  expect(overflow).toBe(0);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test('while the figures are on their way it says so, and what fails can be tried again', async () => {
  const held = Promise.withResolvers<void>();
  await page.route('**/rest/v1/rpc/admin_kpis', async (route) => {
    await held.promise;
    await route.fulfill({
      status: 500,
      contentType: 'application/json',
      headers: { 'access-control-allow-origin': '*' },
      body: JSON.stringify({ code: 'XX000', message: 'internal' }),
    });
  });
  await page.goto(`${panel.url}/#${PATH}`);
  await page.reload();
  await page.getByRole('status', { name: 'Loading the figures' }).waitFor();
  held.resolve();
  await page.getByText('That did not work, and it is our fault').waitFor();
  expect(await page.getByRole('region', { name: 'Revenue', exact: true }).count()).toBe(0);
  // The proof is another question.
  await page.getByText('The ledger is proven').waitFor();
  await page.unroute('**/rest/v1/rpc/admin_kpis');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('region', { name: 'Revenue', exact: true }).waitFor();
});

test('days without figures, and days that make no period, are told in words', async () => {
  await openPage(page, panel.url, `/?from=${day(100)}&to=${day(110)}`);
  await page.getByText('The business has no figures for these days').waitFor();
  await page.getByRole('button', { name: 'Show the last 30 days' }).click();
  await page.getByRole('region', { name: 'Revenue', exact: true }).waitFor();
  await openPage(page, panel.url, `/?from=${day(0)}&to=${day(-3)}`);
  await page.getByText('A period ends after it begins.').waitFor();
  // The same question again would be refused again.
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
});

test('a period is chosen by keyboard, kept in the address, and survives a reload', async () => {
  await openPage(page, panel.url, '/');
  const week = page.getByRole('button', { name: '7 days' });
  await week.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/period=7$/);
  await page.getByRole('button', { name: '7 days', pressed: true }).waitFor();
  await settled(page);
  expect(await week.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.getByRole('button', { name: 'Custom' }).click();
  await page.getByLabel('From', { exact: true }).fill(day(-3));
  await page.getByLabel('To', { exact: true }).fill(day(-2));
  await page.getByRole('button', { name: 'Show', exact: true }).press('Enter');
  await page.waitForURL(new RegExp(`from=${day(-3)}&to=${day(-2)}$`));
  await page.reload();
  await page.locator('#main h1').waitFor();
  expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe(day(-3));
});

test('a session that is over leads back to the same days', async () => {
  await openPage(page, panel.url, '/users');
  await page.route('**/rest/v1/rpc/admin_kpis', (route) =>
    route.fulfill({
      status: 401,
      contentType: 'application/json',
      headers: { 'access-control-allow-origin': '*' },
      body: JSON.stringify({ code: 'PGRST301', message: 'JWT expired' }),
    }),
  );
  await page.goto(`${panel.url}/#/?period=7`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.unroute('**/rest/v1/rpc/admin_kpis');
  await enterPanel(page, admin.email, 'Correct1Horse');
  await page.getByRole('region', { name: 'Revenue', exact: true }).waitFor();
  expect(page.url()).toMatch(/#\/\?period=7$/);
});

test('what the ledger proof finds is listed with its row, and is gone when it is put right', async () => {
  const customer = await signUp();
  await giveCard(customer, 600);
  const { data } = await operator.rpc('authorize_session', {
    user_id: customer.id,
    agent_type: 'basic',
  });
  const session_id = data?.session_id ?? '';
  await operator.rpc('start_session', { session_id, worker_id: 'test' });
  await owner`
    update voice_sessions set started_at = started_at - interval '1 hour' where id = ${session_id}`;
  await openPage(page, panel.url, '/');
  const proof = page.getByRole('region', { name: 'Ledger proof' });
  await proof.getByText('The ledger has 1 violation').waitFor();
  const link = proof.getByRole('link', { name: session_id.slice(0, 8) });
  expect(await link.getAttribute('href')).toBe(`#/sessions/${session_id}/show`);
  await operator.rpc('end_session', { session_id, used_seconds: 0, reason: 'done' });
  await proof.getByRole('button', { name: 'Check again' }).click();
  await proof.getByText('The ledger is proven').waitFor();
});
