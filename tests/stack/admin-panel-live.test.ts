/** The live page of the built admin panel, with a real Chromium: calls come, count down and go by themselves. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { enterPanel, launchBrowser, openPage, servePanel } from '../support/admin-panel.ts';
import { answered, hangUpAll, session, shortBeats, usualBeats } from '../support/calls.ts';
import {
  balanceOf,
  giveCard,
  operator,
  owner,
  type Person,
  signUp,
  signUpAdmin,
  stack,
  violations,
  voiceTest,
} from '../support/stack.ts';

const REASON = 'Because a customer asked for it.';

let panel: Awaited<ReturnType<typeof servePanel>>;
let browser: Browser;
let page: Page;
let admin: Person;

beforeAll(async () => {
  [panel, browser, admin] = await Promise.all([
    servePanel(stack),
    launchBrowser(),
    signUpAdmin(),
    shortBeats(),
  ]);
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(panel.url);
  await enterPanel(page, admin.email, 'Correct1Horse');
}, 120_000);
afterEach(async () => {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await hangUpAll();
  expect(await violations()).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await panel?.close();
  await usualBeats();
});

/** A call of somebody with so many seconds; no worker speaks in it, so nothing ends it but the test. */
async function begin(person: Person): Promise<string> {
  const { data, error } = await operator.rpc('authorize_session', {
    user_id: person.id,
    agent_type: 'basic',
  });
  if (error) throw new Error(error.message);
  const session_id = data.session_id ?? '';
  await operator.rpc('start_session', { session_id, worker_id: 'test' });
  return session_id;
}

async function talker(seconds: number): Promise<Person> {
  const person = await signUp('Dorothy Vaughan');
  await giveCard(person, seconds);
  return person;
}

const end = (session_id: string) =>
  operator.rpc('end_session', { session_id, used_seconds: 1, reason: 'user_left' });

const rowOf = (person: Person): Locator => page.getByRole('row').filter({ hasText: person.email });
/** Waits until the page says so of a session; what only a phone shows does not count. */
const says = (person: Person, state: string): Promise<void> =>
  rowOf(person).getByText(state).filter({ visible: true }).waitFor();

const left = (person: Person): Locator => page.getByLabel(`Left to ${person.email}`);
const secondsOf = async (timer: Locator): Promise<number> =>
  Number(await timer.getAttribute('data-seconds'));

test('what is left is what the database says, and falls second by second, however slow the answers', async () => {
  const person = await talker(600);
  const id = await begin(person);
  let answers = 0;
  await page.route('**/rest/v1/rpc/admin_live_sessions', async (route) => {
    const response = await route.fetch();
    answers += 1;
    // Every other answer is long on its way.
    if (answers % 2 === 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, 2_400);
      });
    }
    await route.fulfill({ response });
  });
  await openPage(page, panel.url, '/live');
  await left(person).waitFor();
  // Every change of what is shown, as it happens, and how long all of it took.
  const { seen, tookMs } = await left(person).evaluate(
    (timer) =>
      new Promise<{ seen: number[]; tookMs: number }>((resolve) => {
        const began = performance.now();
        const shown = [Number(timer.getAttribute('data-seconds'))];
        const observer = new MutationObserver(() => {
          shown.push(Number(timer.getAttribute('data-seconds')));
          if (shown.length < 10) return;
          observer.disconnect();
          resolve({ seen: shown, tookMs: performance.now() - began });
        });
        observer.observe(timer, { attributeFilter: ['data-seconds'] });
      }),
  );
  expect(answers).toBeGreaterThanOrEqual(2);
  const falls = seen.slice(1).map((seconds, index) => (seen[index] ?? 0) - seconds);
  expect(Math.min(...falls)).toBeGreaterThan(0);
  expect(Math.abs(falls.reduce((sum, fall) => sum + fall, 0) - tookMs / 1000)).toBeLessThan(2);
  const { data } = await admin.client.rpc('admin_live_sessions');
  const shown = await secondsOf(left(person));
  const { sessions } = data as unknown as {
    sessions: { id: string; remaining_seconds: number; talked_seconds: number }[];
  };
  const told = sessions.find((row) => row.id === id);
  expect(Math.abs((told?.remaining_seconds ?? 0) - shown)).toBeLessThanOrEqual(2);
  expect(told?.talked_seconds).toBe(600 - (told?.remaining_seconds ?? 0));
  await end(id);
});

test('calls come and end by themselves, and nothing flickers', async () => {
  const [first, second] = [await talker(600), await talker(900)];
  const firstId = await begin(first);
  await openPage(page, panel.url, '/live');
  await says(first, 'Talking');
  await rowOf(first).evaluate((row) => {
    row.setAttribute('data-kept', '');
  });
  await page.evaluate(() => {
    const table = document.querySelector('#main table');
    new MutationObserver(() => {
      if (document.querySelector('#main .MuiSkeleton-root'))
        table?.setAttribute('data-blinked', '');
    }).observe(document.body, { childList: true, subtree: true });
  });
  const secondId = await begin(second);
  await says(second, 'Talking');
  await end(firstId);
  await says(first, 'Over');
  // It is the same row, not another of the same look.
  expect(await rowOf(first).getAttribute('data-kept')).toBe('');
  expect(await page.locator('[data-blinked]').count()).toBe(0);
  expect(await left(first).count()).toBe(0);
  const button = rowOf(first).getByRole('button', { name: `End the session of ${first.email}` });
  expect(await button.isDisabled()).toBe(true);
  await page.getByText('1 call, 0 waiting').waitFor();
  await end(secondId);
  await page.getByText('0 calls, 0 waiting').waitFor();
});

test('what is known stays while the server cannot be reached, and an old answer is called one', async () => {
  const person = await talker(600);
  const id = await begin(person);
  await openPage(page, panel.url, '/live');
  await left(person).waitFor();
  await page.route('**/rest/v1/rpc/admin_live_sessions', (route) => route.abort());
  await page.getByText(/The server cannot be reached.+What you see is of/).waitFor();
  expect(await left(person).count()).toBe(1);
  await page.reload();
  await page.getByText('The server cannot be reached').waitFor();
  await page.unroute('**/rest/v1/rpc/admin_live_sessions');
  await page.getByRole('button', { name: 'Try again' }).click();
  await left(person).waitFor();
  await end(id);
});

test('support may look, and not end', async () => {
  const person = await talker(600);
  const id = await begin(person);
  const support = await signUpAdmin('support');
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(`${panel.url}/#/live`);
  await enterPanel(theirs, support.email, 'Correct1Horse');
  const button = theirs.getByRole('button', { name: `End the session of ${person.email}` });
  await button.waitFor();
  expect(await button.isDisabled()).toBe(true);
  await button.click({ force: true });
  expect(await theirs.getByRole('dialog').count()).toBe(0);
  await context.close();
  await end(id);
});

voiceTest('an active call is ended, billed for what was talked, and audited', async () => {
  const person = await talker(600);
  const { caller, sessionId } = await answered(person);
  await caller.until(
    'some seconds to be billed',
    () => Number(caller.attribute('mindbot.remaining_seconds')) <= 597,
  );
  await openPage(page, panel.url, '/live');
  await rowOf(person)
    .getByRole('button', { name: `End the session of ${person.email}` })
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/ends now\. What was talked is billed/).waitFor();
  await dialog.getByLabel('Reason').fill(REASON);
  await dialog.getByRole('button', { name: 'End the session', exact: true }).click();
  await dialog.getByText(/The session is over; \d+ seconds were billed/).waitFor();
  const href = await dialog.getByRole('link', { name: /of the audit log/ }).getAttribute('href');
  const [logged] = await owner`
    select actor_id, reason, subject_id from admin_audit_log
    where id = ${/\/audit\/(\d+)\//.exec(href ?? '')?.[1] ?? '0'}`;
  expect(logged).toEqual({ actor_id: admin.id, reason: REASON, subject_id: sessionId });
  await caller.until('the room to close', () => caller.disconnected);
  const row = await session(sessionId);
  expect(row).toMatchObject({ status: 'completed', end_requested_by: admin.id });
  expect(row.billed_seconds).toBeGreaterThan(0);
  expect(await dialog.innerText()).toContain(`${row.billed_seconds} seconds were billed`);
  expect(await balanceOf(person)).toBe(600 - row.billed_seconds);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await says(person, 'Over');
});
