import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  chromiumPath,
  fillSignUp,
  launchBrowser,
  orderInBrowser,
  payInBrowser,
  signInInBrowser,
  signUpInBrowser,
} from '../../local/demo/browser.ts';
import {
  giveCard,
  operator,
  orderAnHour,
  owner,
  paymentStatus,
  poll,
  signUp,
  stack,
} from '../support/stack.ts';
import { appUrl, obstacles, visit } from '../support/talk.ts';

const GOOD_CARD = '4242 4242 4242 4242';

describe.skipIf(!chromiumPath)('the customer app, before and after a call (needs Chromium)', () => {
  let browser: Browser;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ browser, close } = await launchBrowser());
  });
  afterAll(() => close?.());

  /** The link in the newest mail to an address. */
  async function linkInMail(email: string): Promise<string> {
    const mails = z.array(z.object({ text: z.string() }));
    const [mail] = await poll(
      'the mail',
      async () =>
        mails.parse(
          await (await fetch(`${stack.MAILS_URL}?to=${encodeURIComponent(email)}`)).json(),
        ),
      (list) => list.length > 0,
    );
    return /https?:\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  }

  async function pollText(page: Page, text: RegExp): Promise<void> {
    await page.getByText(text).first().waitFor();
  }

  test('an account is made with its rules in sight, kept, and got back into by mail', async () => {
    const { page, problems } = await visit(browser);
    await page.goto(`${appUrl}/#/sign-up`);
    await page.getByLabel('Password', { exact: true }).fill('short1');
    await expect.poll(() => page.locator('[data-met="true"]').count()).toBe(2);
    await page.getByRole('button', { name: 'Sign up' }).click();
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(3);
    expect(await page.evaluate('document.activeElement.name')).toBe('full_name');
    const email = await fillSignUp(page, 'Ada Lovelace');
    await page.getByRole('heading', { name: 'Hello, Ada Lovelace' }).waitFor();

    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByLabel('Your name').fill('Ada King');
    await page.getByLabel(/^Keep what is said/).uncheck();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    const { data } = await operator.from('profiles').select().eq('email', email).single();
    expect(data).toMatchObject({ full_name: 'Ada King', preferences: { keep_transcripts: false } });

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.goto(`${appUrl}/#/sign-in`);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    const link = await linkInMail(email);
    await page.goto(link);
    await page.getByLabel('New password').fill('Another1Horse');
    await page.getByRole('button', { name: 'Save the new password' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Hello, Ada King' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInInBrowser(page, appUrl, email, 'Another1Horse');
    expect(problems).toEqual([]);

    const other = await visit(browser);
    await other.page.goto(link);
    await pollText(other.page, /used already, or it is too old/);
  });

  test('a gift goes from one browser to another, in any spelling', async () => {
    const buyer = await visit(browser);
    await signUpInBrowser(buyer.page, appUrl, 'Grace Hopper');
    await orderInBrowser(buyer.page, { isGift: true });
    await payInBrowser(buyer.page, GOOD_CARD);
    const code = (await buyer.page.locator('.gift-code').textContent()) ?? '';
    expect(code).toMatch(/^([0-9A-Z]{4}-){4}[0-9A-Z]$/);
    expect(buyer.problems).toEqual([]);

    const { page } = await visit(browser);
    await page.goto(`${appUrl}/#/redeem`);
    await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
    await fillSignUp(page, 'Ada Lovelace');
    await page.getByLabel('Code').fill('   ');
    await page.getByRole('button', { name: 'Redeem' }).click();
    await pollText(page, /type the code that you were given/);
    await page.getByLabel('Code').fill('ABCD-ABCD-ABCD-ABCD-A');
    await page.getByRole('button', { name: 'Redeem' }).click();
    await pollText(page, /not accepted.*9 more tries/);
    await page
      .getByLabel('Code')
      .fill(code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'));
    await page.getByRole('button', { name: 'Redeem' }).click();
    await pollText(page, /You were given/);
    await pollText(page, /1:00:00/);

    await buyer.page.getByRole('link', { name: 'History' }).click();
    await pollText(buyer.page, /Redeemed/);
  });

  test('a lost gift code is replaced by a new one', async () => {
    const { page, problems } = await visit(browser);
    await signUpInBrowser(page, appUrl, 'Grace Hopper');
    await orderInBrowser(page, { isGift: true });
    await payInBrowser(page, GOOD_CARD);
    const lost = await page.locator('.gift-code').textContent();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Make a new code' }).click();
    await page.getByRole('button', { name: 'Make a new one' }).click();
    const code = await page.locator('.gift-code').textContent();
    expect(code).not.toBe(lost);
    await page.getByRole('link', { name: 'Buy time' }).first().click();
    await page.getByRole('link', { name: 'Redeem it' }).click();
    await page.getByLabel('Code').fill(code ?? '');
    await page.getByRole('button', { name: 'Redeem' }).click();
    await pollText(page, /You were given/);
    expect(problems).toEqual([]);
  });

  test('a card is saved, buys with one click, and tops up by itself until it is removed', async () => {
    const { page, problems } = await visit(browser);
    await signUpInBrowser(page, appUrl, 'Grace Hopper');
    await orderInBrowser(page, { savesCard: true });
    await payInBrowser(page, GOOD_CARD);
    await pollText(page, /1:00:00/);
    await page.getByRole('link', { name: 'Buy time' }).first().click();
    await expect.poll(() => page.getByLabel('Pay with').inputValue()).toMatch(/^pm_/);
    await page.getByRole('button', { name: 'Buy Starter' }).click();
    await pollText(page, /2:00:00/);
    await page.getByRole('main').getByRole('link', { name: 'Talk' }).click();
    await page.getByRole('button', { name: 'Talk now' }).waitFor();

    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('switch', { name: 'Auto top-up' }).click();
    await page.getByLabel(/^At most a month/).fill('30');
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await pollText(page, /Auto top-up is on/);
    await page.getByRole('button', { name: 'Remove Visa •••• 4242' }).click();
    await page.getByRole('button', { name: 'Really remove' }).click();
    await pollText(page, /switched itself off because its card was removed/);
    expect(problems).toEqual([]);
  });

  test('a declined card is told by the checkout page, and leaving it charges nothing', async () => {
    const { page } = await visit(browser);
    await signUpInBrowser(page, appUrl, 'Grace Hopper');
    await orderInBrowser(page);
    await payInBrowser(page, '4000 0000 0000 0002');
    expect(await page.getByRole('alert').textContent()).toMatch(/declined/i);
    await page
      .getByRole('link', { name: /back|cancel|return/i })
      .first()
      .click();
    await pollText(page, /You were not charged/);
    await page.getByRole('link', { name: 'Back to the prices' }).click();
    await page.getByRole('button', { name: 'Buy Starter' }).waitFor();

    await page.getByRole('link', { name: 'History' }).click();
    const card = page.getByRole('row').filter({ hasText: 'Waiting for payment' });
    await card.waitFor();
    expect(await card.getByRole('cell').allTextContents()).toMatchObject({ 3: '–', 4: '–' });
  });

  test('a declined card gives way to another on the same checkout page', async () => {
    const order = await orderAnHour(await signUp());
    const { page } = await visit(browser);
    await page.goto(order.checkout_url);
    await payInBrowser(page, '4000 0000 0000 0002');
    expect(await page.getByRole('alert').textContent()).toMatch(/declined/i);
    await payInBrowser(page, GOOD_CARD);
    await page.waitForURL(/checkout=success/);
  });

  test('a card that asks for authentication pays once it is approved', async () => {
    const order = await orderAnHour(await signUp());
    const { page } = await visit(browser);
    await page.goto(order.checkout_url);
    await payInBrowser(page, '4000 0025 0000 3155');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL(/checkout=success/);
    await expect.poll(() => paymentStatus(order.payment_id)).toBe('succeeded');
  });

  test('a refusal is told in words, with what to do next', async () => {
    const { page } = await visit(browser);
    const email = await signUpInBrowser(page, appUrl, 'Grace Hopper');
    const { data } = await operator.from('profiles').select('id').eq('email', email).single();
    const person = { id: data?.id ?? '' };
    await page.getByRole('main').getByRole('link', { name: 'Buy an hour' }).waitFor();
    await giveCard(person, 60);
    await page.reload();
    await page.getByRole('button', { name: 'Talk now' }).click();
    await pollText(page, /No microphone was found/);
    await page.getByRole('button', { name: 'Try again' }).waitFor();

    await owner`update profiles set is_active = false where id = ${person.id}`;
    await page.getByRole('link', { name: 'Buy time' }).first().click();
    await page.getByRole('button', { name: 'Buy Starter' }).click();
    await expect
      .poll(() => page.getByRole('alert').allTextContents())
      .toContainEqual(expect.stringMatching(/switched off.*write to support/));
  });

  test('somebody whose agent is gone is told how long the call stays open', async () => {
    const { page, problems } = await visit(browser);
    const email = await signUpInBrowser(page, appUrl, 'Grace Hopper');
    const { data } = await operator.from('profiles').select('id').eq('email', email).single();
    await giveCard({ id: data?.id ?? '' }, 600);
    const [call] = await owner<{ id: string }[]>`
      select (authorize_session(${data?.id ?? ''}, 'basic')).session_id as id`;
    await owner`select start_session(${call?.id ?? ''}, 'a worker that died')`;
    await page.reload();
    await page.getByRole('button', { name: 'End it' }).click();
    await pollText(page, /says goodbye first/);
    await page.getByText(/closed within two minutes/).waitFor({ timeout: 40_000 });
    expect(problems).toEqual([]);
    await owner`select end_session(${call?.id ?? ''}, 1, 'agent_failed')`;
  }, 90_000);

  test('every page can be used in light and dark, on a phone, and by a screen reader', async () => {
    const { page, problems } = await visit(browser);
    const found: string[] = [];
    const look = async (hash: string, shown: string) => {
      await page.goto(`${appUrl}/${hash}`);
      await page.getByText(shown).first().waitFor();
      found.push(...(await obstacles(page, hash)));
    };
    await look('#/', 'Sign up to buy');
    await look('#/prices', 'Sign up to buy');
    await look('#/sign-up', '8 characters or more');
    await look('#/sign-in', 'Forgot your password?');
    await look('#/forgot-password', 'Send the link');
    await look('#/redeem', 'put your gift on your account');

    await signUpInBrowser(page, appUrl, 'Grace Hopper');
    await orderInBrowser(page, { isGift: true, savesCard: true });
    await payInBrowser(page, GOOD_CARD);
    await page.locator('.gift-code').waitFor();
    found.push(...(await obstacles(page, 'the gift')));
    await look('?checkout=cancelled', 'You were not charged');
    await look('#/', 'You have no time yet');
    await look('#/prices', 'Got a code from somebody?');
    await look('#/redeem', 'any way you type it');
    await look('#/history', 'Gifts you gave');
    await page.goto(`${appUrl}/#/account`);
    await page.getByText('Visa').first().waitFor();
    await page.getByRole('switch', { name: 'Auto top-up' }).click();
    found.push(...(await obstacles(page, '#/account')));
    expect(found).toEqual([]);
    expect(problems).toEqual([]);
  });
});
