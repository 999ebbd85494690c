/** What admins do in the panel: each act with a real Chromium, and what it changed in the database. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enterPanel, launchBrowser, openPage, servePanel } from '../support/admin-panel.ts';
import {
  balanceOf,
  buyAnHour,
  giveCard,
  operator,
  owner,
  type Person,
  signUp,
  signUpAdmin,
  stack,
  stripeDouble,
  violations,
} from '../support/stack.ts';

const REASON = 'Because a customer asked for it.';

let panel: Awaited<ReturnType<typeof servePanel>>;
let browser: Browser;
let page: Page;
let admin: Person;
let user: Person;
const complaints: string[] = [];

beforeAll(async () => {
  [panel, browser, admin] = await Promise.all([servePanel(stack), launchBrowser(), signUpAdmin()]);
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(panel.url);
  await enterPanel(page, admin.email, 'Correct1Horse');
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await panel?.close();
  expect(complaints).toEqual([]);
  expect(await violations()).toEqual([]);
});
beforeEach(async () => {
  user = await signUp();
});

/** One text per row of every table, by table. */
async function everyRow(): Promise<Map<string, Set<string>>> {
  const tables = await owner`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`;
  const rows = new Map<string, Set<string>>();
  for (const { name } of tables) {
    const found = await owner.unsafe(
      `select md5((to_jsonb(t) - 'updated_at')::text) as row from public.${name} t`,
    );
    rows.set(String(name), new Set(found.map(({ row }) => String(row))));
  }
  return rows;
}

/** How many rows of which tables are new or different after some work. */
async function changedBy(work: () => Promise<void>): Promise<Record<string, number>> {
  const before = await everyRow();
  await work();
  const changed: Record<string, number> = {};
  for (const [table, rows] of await everyRow()) {
    const fresh = [...rows].filter((row) => !before.get(table)?.has(row)).length;
    if (fresh > 0) changed[table] = fresh;
  }
  return changed;
}

interface Act {
  at: string;
  /** On the button that opens the dialog, and on the one that does it. */
  button: string;
  confirm: string;
  fill?: (dialog: Locator) => Promise<unknown>;
  /** Said before it is done. */
  says: RegExp;
  /** Said when it is done. */
  answers: RegExp;
}

/** Does an act as an admin does; the entry of the audit log that it links to is of that reason. */
async function perform({ at, button, confirm, fill, says, answers }: Act): Promise<void> {
  await openPage(page, panel.url, at);
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await fill?.(dialog);
  await dialog.getByText(says).waitFor();
  expect(await dialog.getByRole('button', { name: confirm, exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('Reason').fill(REASON);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await dialog.getByText(answers).first().waitFor();
  const entry = dialog.getByRole('link', { name: /of the audit log/ });
  const id = /\/audit\/(\d+)\//.exec((await entry.getAttribute('href')) ?? '')?.[1] ?? '0';
  const [logged] = await owner`select actor_id, reason from admin_audit_log where id = ${id}`;
  expect(logged).toEqual({ actor_id: admin.id, reason: REASON });
  await dialog.getByRole('button', { name: /Close|I have kept them/ }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Every kind of row that an act may touch beside what it is about. */
const LOGGED = { admin_audit_log: 1 };

describe('time', () => {
  test('granting gives one card, once', async () => {
    const changed = await changedBy(() =>
      perform({
        at: `/users/${user.id}/show`,
        button: 'Grant time',
        confirm: 'Grant',
        fill: async (dialog) => {
          await dialog.getByLabel('Hours').fill('2');
          await dialog.getByLabel('Minutes').fill('30');
        },
        says: new RegExp(`${user.email} gets a free time card of 2 hours 30 minutes`),
        answers: /has 2 hours 30 minutes more/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, time_cards: 1, ledger_entries: 1 });
    expect(await balanceOf(user)).toBe(9000);
  });

  test('a double click grants once', async () => {
    await openPage(page, panel.url, `/users/${user.id}/show`);
    await page.getByRole('button', { name: 'Grant time' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByRole('button', { name: 'Grant', exact: true }).dblclick();
    await dialog.getByText(/has 1 hour more/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await balanceOf(user)).toBe(3600);
  });

  test('trying again after the answer was lost grants once', async () => {
    await page.route(
      '**/rpc/admin_grant_time',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await openPage(page, panel.url, `/users/${user.id}/show`);
    await page.getByRole('button', { name: 'Grant time' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(REASON);
    const grant = dialog.getByRole('button', { name: 'Grant', exact: true });
    await grant.click();
    await dialog.getByText(/Nobody knows whether it was done/).waitFor();
    expect(await balanceOf(user)).toBe(3600);
    await grant.click();
    await dialog.getByText(/has 1 hour more/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await balanceOf(user)).toBe(3600);
  });

  test('codes whose answer was lost are not made again, and that is said', async () => {
    await page.route(
      '**/rpc/admin_issue_codes',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await openPage(page, panel.url, '/batches');
    await page.getByRole('button', { name: 'Issue codes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(REASON);
    const issue = dialog.getByRole('button', { name: 'Issue the codes' });
    await issue.click();
    await dialog.getByText(/Nobody knows whether it was done/).waitFor();
    const changed = await changedBy(async () => {
      await issue.click();
      await dialog.getByText(/made the 10 cards already/).waitFor();
    });
    expect(changed).toEqual({});
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
  });

  test('extending makes a card last for ever', async () => {
    const card = await giveCard(user, 600);
    await owner`update time_cards set expires_at = now() + interval '1 day' where id = ${card}`;
    const changed = await changedBy(() =>
      perform({
        at: `/cards/${card}/show`,
        button: 'Extend',
        confirm: 'Extend the card',
        fill: (dialog) => dialog.getByLabel('It never expires').check(),
        says: /lasts for ever/,
        answers: /never expires; 10 minutes are left/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, time_cards: 1 });
  });

  test('revoking takes what is left', async () => {
    const card = await giveCard(user, 600);
    const changed = await changedBy(() =>
      perform({
        at: `/cards/${card}/show`,
        button: 'Revoke',
        confirm: 'Revoke the card',
        says: /10 minutes on the grant card of .+ are taken back/,
        answers: /is revoked; 10 minutes were taken back/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, time_cards: 1, ledger_entries: 1 });
    expect(await balanceOf(user)).toBe(0);
    const again = page.getByRole('button', { name: 'Revoke', exact: true });
    expect(await again.isDisabled()).toBe(true);
  });

  test('codes are made together, each with its card', async () => {
    const changed = await changedBy(() =>
      perform({
        at: '/batches',
        button: 'Issue codes',
        confirm: 'Issue the codes',
        fill: (dialog) => dialog.getByLabel('How many').fill('3'),
        says: /3 free cards of/,
        answers: /3 codes, shown/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, code_batches: 1, time_cards: 3, ledger_entries: 3 });
  });

  test('the downloaded codes are the ones that work', async () => {
    await openPage(page, panel.url, '/batches');
    await page.getByRole('button', { name: 'Issue codes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('How many').fill('2');
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByRole('button', { name: 'Issue the codes' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const lines = (await textOf(file)).trim().split('\r\n');
    expect(lines).toHaveLength(3);
    // Leaving must be meant: Escape does not.
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    const { data } = await user.client.rpc('redeem_code', { code: lines[1]?.split(',')[0] ?? '' });
    expect(data).toMatchObject({ total_seconds: expect.any(Number) });
  });
});

describe('money', () => {
  test('a part is refunded, after it was said what will be taken back', async () => {
    const { payment_id } = await buyAnHour(user);
    await stripeDouble('flush');
    await perform({
      at: `/payments/${payment_id}/show`,
      button: 'Refund',
      confirm: 'Refund',
      fill: (dialog) => dialog.getByLabel('Amount in USD').fill('3.33'),
      says: /20 minutes of unused time are taken back/,
      answers: /Stripe has made the refund\. \$3\.33/,
    });
    expect(await balanceOf(user)).toBe(2400);
    const entries = await owner`
      select kind, amount_cents from payment_entries where payment_id = ${payment_id} order by id`;
    expect(entries.map((entry) => ({ ...entry }))).toEqual([
      { kind: 'paid', amount_cents: 999 },
      { kind: 'refund', amount_cents: -333 },
    ]);
    await stripeDouble('flush');
  });

  test('more than is left is refused in words', async () => {
    const { payment_id } = await buyAnHour(user);
    await openPage(page, panel.url, `/payments/${payment_id}/show`);
    await page.getByRole('button', { name: 'Refund' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount in USD').fill('10.00');
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByRole('button', { name: 'Refund' }).click();
    await dialog.getByText('must be at most 999').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const [payment] = await owner`select refunded_cents from payments where id = ${payment_id}`;
    expect(payment?.refunded_cents).toBe(0);
  });

  test('an event is replayed and does nothing twice', async () => {
    const { payment_id } = await buyAnHour(user);
    await stripeDouble('flush');
    const [event] = await owner`
      select id from stripe_events where payment_id = ${payment_id} and outcome = 'credited'`;
    const changed = await changedBy(() =>
      perform({
        at: `/stripe-events/${event?.id}/show`,
        button: 'Replay',
        confirm: 'Replay the event',
        says: /is applied again/,
        answers: /Outcome: Duplicate/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, stripe_events: 1 });
    expect(await balanceOf(user)).toBe(3600);
  });
});

describe('people and calls', () => {
  test('a user is deactivated and let in again', async () => {
    const at = `/users/${user.id}/show`;
    const off = await changedBy(() =>
      perform({
        at,
        button: 'Deactivate',
        confirm: 'Deactivate',
        says: /can neither buy, redeem nor talk/,
        answers: /is inactive now/,
      }),
    );
    expect(off).toEqual({ ...LOGGED, profiles: 1 });
    await perform({
      at,
      button: 'Reactivate',
      confirm: 'Reactivate',
      says: /can buy, redeem and talk again/,
      answers: /is active now/,
    });
    const [profile] = await owner`select is_active from profiles where id = ${user.id}`;
    expect(profile?.is_active).toBe(true);
  });

  test('somebody is made support', async () => {
    const changed = await changedBy(() =>
      perform({
        at: `/users/${user.id}/show`,
        button: 'Make an admin',
        confirm: 'Change the role',
        fill: (dialog) => choose(dialog, 'Role', 'Support: looks'),
        says: /may see everything, and change nothing/,
        answers: /is support now/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, admins: 1 });
  });

  test('a session that nobody joined is released', async () => {
    await giveCard(user, 600);
    const { data } = await operator.rpc('authorize_session', {
      user_id: user.id,
      agent_type: 'basic',
    });
    await perform({
      at: `/sessions/${data?.session_id}/show`,
      button: 'End session',
      confirm: 'End the session',
      says: /Nobody has joined yet/,
      answers: /The session is over; 0 seconds were billed/,
    });
    expect(await balanceOf(user)).toBe(600);
  });
});

describe('the offer', () => {
  test('a setting is changed, that one only', async () => {
    const [before] = await owner`select max_sessions from settings`;
    const changed = await changedBy(() =>
      perform({
        at: '/settings',
        button: 'Change Calls at once',
        confirm: 'Change the setting',
        fill: (dialog) => dialog.getByLabel('Calls at once').fill('77'),
        says: /Calls at once goes from \d+ to 77/,
        answers: /Calls at once: 77/,
      }),
    );
    expect(changed).toEqual({ ...LOGGED, settings: 1 });
    await owner`update settings set max_sessions = ${before?.max_sessions}`;
  });

  test('a value out of bounds is refused at its field', async () => {
    await openPage(page, panel.url, '/settings');
    await page.getByRole('button', { name: 'Change Calls at once', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Calls at once').fill('99999999');
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByRole('button', { name: 'Change the setting' }).click();
    await dialog.getByText(/must be a whole number from 0 to 1000000/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const [settings] = await owner`select max_sessions from settings`;
    expect(settings?.max_sessions).not.toBe(99999999);
  });

  test('a package is made, and its price changed', async () => {
    const id = `p_${Date.now()}`;
    const made = await changedBy(() =>
      perform({
        at: '/packages',
        button: 'New package',
        confirm: 'Save the package',
        fill: async (dialog) => {
          await dialog.getByLabel('Id').fill(id);
          await dialog.getByLabel('Name').fill('Tea time');
          await dialog.getByLabel('Minutes').fill('15');
          await dialog.getByLabel('Price in USD').fill('2.50');
          await dialog.getByLabel('On sale').uncheck();
        },
        says: /Kept, but not on sale: 15 minutes for \$2\.50/,
        answers: /Tea time is saved/,
      }),
    );
    expect(made).toEqual({ ...LOGGED, packages: 1 });
    await perform({
      at: `/packages/${id}/show`,
      button: 'Edit',
      confirm: 'Save the package',
      fill: (dialog) => dialog.getByLabel('Price in USD').fill('3'),
      says: /15 minutes for \$3\.00/,
      answers: /is saved/,
    });
    const [row] = await owner`select price_cents, total_seconds from packages where id = ${id}`;
    expect(row).toEqual({ price_cents: 300, total_seconds: '900' });
    await owner`delete from packages where id = ${id}`;
  });

  test('an agent gets another rate, and other words', async () => {
    const [before] = await owner`select rate_permille from agent_types where id = 'rag'`;
    const [words] = await owner`select * from agent_prompts where agent_type_id = 'rag'`;
    const rate = await changedBy(() =>
      perform({
        at: '/agents/rag/show',
        button: 'Edit',
        confirm: 'Save the agent',
        fill: (dialog) => dialog.getByLabel('Rate').fill('1.25'),
        says: /takes ×1\.25 of the talked time/,
        answers: /is saved/,
      }),
    );
    expect(rate).toEqual({ ...LOGGED, agent_types: 1 });
    await perform({
      at: '/agents/rag/show',
      button: 'Edit words',
      confirm: 'Save the words',
      fill: (dialog) => dialog.getByLabel('Greeting').fill('Hello {name}, what is it about?'),
      says: /speaks by these words from the next call on/,
      answers: /has its new words/,
    });
    const [after] =
      await owner`select greeting, instructions from agent_prompts where agent_type_id = 'rag'`;
    expect(after).toEqual({
      greeting: 'Hello {name}, what is it about?',
      instructions: words?.instructions ?? '',
    });
    await owner`update agent_types set rate_permille = ${before?.rate_permille} where id = 'rag'`;
    await owner`update agent_prompts set greeting = ${words?.greeting ?? null} where agent_type_id = 'rag'`;
  });

  test('a document is removed', async () => {
    const { data } = await admin.client.rpc('admin_add_document', {
      document: {
        title: 'House rules',
        file_name: `rules-${Date.now()}.md`,
        media_type: 'text/markdown',
        content_hash: Date.now().toString(16).padStart(64, '0'),
      },
      chunks: [{ heading: 'House rules', content: 'No smoking.' }],
      reason: REASON,
    });
    await perform({
      at: `/documents/${data?.document_id}/show`,
      button: 'Remove',
      confirm: 'Remove the document',
      says: /forgets House rules with all 1 pieces/,
      answers: /The document is removed/,
    });
    const [row] = await owner`
      select is_active, chunk_count from knowledge_documents where id = ${data?.document_id ?? ''}`;
    expect(row).toEqual({ is_active: false, chunk_count: 0 });
  });
});

test('what the database refuses is told, and leaves no trace', async () => {
  const card = await giveCard(user, 600);
  await openPage(page, panel.url, `/cards/${card}/show`);
  // Somebody else is quicker.
  await admin.client.rpc('admin_revoke_card', { time_card_id: card, reason: 'Quicker.' });
  const changed = await changedBy(async () => {
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByRole('button', { name: 'Revoke the card' }).click();
    await dialog.getByText('This card is revoked already.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });
  expect(changed).toEqual({});
});

/** Picks an entry of a list. */
async function choose(dialog: Locator, label: string, option: string): Promise<void> {
  await dialog.getByLabel(label).click();
  await page.getByRole('option', { name: option }).click();
}

async function textOf(file: { createReadStream: () => Promise<NodeJS.ReadableStream> }) {
  let text = '';
  for await (const part of await file.createReadStream()) text += String(part);
  return text;
}
