import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  callInBrowser,
  chromiumPath,
  countdownInBrowser,
  launchSpeakingBrowser,
  orderInBrowser,
  payInBrowser,
  signUpInBrowser,
  talkInBrowser,
} from '../../local/demo/browser.ts';
import { giveCard, operator, stack, violations } from '../support/stack.ts';
import { appUrl, obstacles, visit } from '../support/talk.ts';

const GOOD_CARD = '4242 4242 4242 4242';
/** Of a page that is in a call: what the call itself takes comes on top. */
const SOON = { timeout: 30_000 };

async function personOf(email: string) {
  const { data, error } = await operator.from('profiles').select('id').eq('email', email).single();
  if (error) throw new Error(error.message);
  return data;
}

async function sessionsOf(email: string) {
  const { id } = await personOf(email);
  const { data, error } = await operator.from('voice_sessions').select().eq('user_id', id);
  if (error) throw new Error(error.message);
  return data;
}

/** What is left on the cards of somebody, by the database. */
async function secondsLeft(email: string): Promise<number> {
  const { id } = await personOf(email);
  const { data, error } = await operator
    .from('time_cards')
    .select('remaining_seconds')
    .eq('owner_id', id);
  if (error) throw new Error(error.message);
  return data.reduce((sum, card) => sum + card.remaining_seconds, 0);
}

async function seen(page: Page, text: string | RegExp, timeout = SOON): Promise<void> {
  await page.getByText(text).first().waitFor(timeout);
}

async function inCall(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Your call', exact: true }).waitFor(SOON);
  await page.getByRole('timer').waitFor(SOON);
}

/** Pixels that the transcript grows by in a long call, which would move the clock out of sight. */
async function growthOfTranscript(page: Page): Promise<number> {
  return Number(
    await page.evaluate(`(() => {
      const list = document.querySelector('.transcript ol');
      const before = list.clientHeight;
      const more = Array.from({ length: 40 }, () => list.firstElementChild.cloneNode(true));
      list.append(...more);
      const after = list.clientHeight;
      for (const line of more) line.remove();
      return after - before;
    })()`),
  );
}

/** Cuts a page off from the network, or connects it again. */
async function cut(network: CDPSession, isOff: boolean): Promise<void> {
  await network.send('Network.emulateNetworkConditions', {
    offline: isOff,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
    packetLoss: isOff ? 100 : 0,
  });
}

describe.skipIf(!chromiumPath || !stack.LIVEKIT_URL)(
  'a call in the customer app (needs Chromium and LiveKit)',
  () => {
    let browser: Browser;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ browser, close } = await launchSpeakingBrowser('Hello! What can you do for me?'));
    });
    afterAll(() => close?.());

    test('a visitor signs up, buys an hour, hears an answer, and pays what the clock showed', async () => {
      const { page, problems } = await visit(browser);
      await page.goto(appUrl);
      const email = await signUpInBrowser(page, appUrl, 'Grace Hopper');
      await orderInBrowser(page);
      await payInBrowser(page, GOOD_CARD);
      await seen(page, '1:00:00');

      await talkInBrowser(page);
      expect(await obstacles(page, 'the call')).toEqual([]);
      await page.getByLabel('Type instead of speaking').fill('What is two plus two?');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.locator('.transcript .theirs').nth(2).waitFor(SOON);
      await seen(page, 'The agent is listening');

      expect(await growthOfTranscript(page)).toBe(0);

      const shown = await countdownInBrowser(page);
      await page.getByRole('button', { name: 'End call' }).click();
      await seen(page, /This call cost you/);
      // A second may be over while the button is pressed.
      expect(Math.abs((await secondsLeft(email)) - shown)).toBeLessThanOrEqual(1);

      await page.locator('.star').last().click();
      await page.getByRole('button', { name: 'Send the rating' }).click();
      await seen(page, 'Thank you!');
      expect(await sessionsOf(email)).toMatchObject([{ rating: 5 }]);
      expect(await obstacles(page, 'the end of a call')).toEqual([]);
      expect(problems).toEqual([]);
      expect(await violations()).toEqual([]);
    }, 120_000);

    test('the sources of an answer are shown as long as it is the last one', async () => {
      const { context, page, problems } = await visit(browser);
      const email = await signUpInBrowser(page, appUrl, 'Ada Lovelace');
      await giveCard(await personOf(email), 3600);
      await page.reload();
      await page.getByText('Knowledge', { exact: true }).click();
      await callInBrowser(page);
      await page.getByRole('button', { name: 'Mute' }).click();
      const ask = async (question: string) => {
        await page.getByLabel('Type instead of speaking').fill(question);
        await page.getByRole('button', { name: 'Send' }).click();
      };
      await ask('Can I get a refund?');
      await page.locator('.sources').getByText('Refunds').waitFor(SOON);
      await ask('Who won the world cup?');
      await seen(page, /I do not know/);
      expect(await page.locator('.sources').count()).toBe(0);
      expect(problems).toEqual([]);
      await context.close();
    }, 90_000);

    describe.concurrent('that lasts', () => {
      test('a card of 90 seconds lasts through a reload, is warned about, and ends with a goodbye', async () => {
        const { page, problems } = await visit(browser);
        const email = await signUpInBrowser(page, appUrl, 'Ada Lovelace');
        await giveCard(await personOf(email), 90);
        await page.reload();
        await callInBrowser(page);
        await seen(page, /Your time is getting short: 1 minute/);
        await seen(page, 'The agent is listening');

        await page.reload();
        await inCall(page);
        await seen(page, /The call ends soon: 1 minute left/, { timeout: 60_000 });
        expect(Math.abs((await countdownInBrowser(page)) - 60)).toBeLessThanOrEqual(1);

        await seen(page, 'The agent is saying goodbye.', { timeout: 60_000 });
        expect(await countdownInBrowser(page)).toBeLessThanOrEqual(7);
        await seen(page, 'Your time was used up.');
        const sessions = await sessionsOf(email);
        expect(sessions).toMatchObject([{ status: 'completed', end_reason: 'grant_exhausted' }]);
        expect(sessions[0]?.billed_seconds).toBeGreaterThan(80);
        expect(problems).toEqual([]);
      }, 180_000);

      test('a call moves between windows, is topped up beside itself, and survives a lost network', async () => {
        const { context, page, problems } = await visit(browser);
        const email = await signUpInBrowser(page, appUrl, 'Grace Hopper');
        await giveCard(await personOf(email), 300);
        await page.reload();
        await callInBrowser(page);

        const second = await context.newPage();
        await second.goto(appUrl);
        await seen(second, /You have a call open/);
        expect(await second.getByRole('button', { name: 'Talk now' }).isDisabled()).toBe(true);
        await second.getByRole('button', { name: 'Go on with it here' }).click();
        await inCall(second);
        await seen(page, 'Your call went on in another window');
        await page.getByRole('button', { name: 'Bring it back here' }).click();
        await inCall(page);
        await second.getByRole('button', { name: 'Leave it there' }).click();
        await second.close();

        await page.getByRole('button', { name: 'Add time' }).click();
        const opened = context.waitForEvent('page');
        await page.getByRole('link', { name: 'Buy time in a new window' }).click();
        const shop = await opened;
        await shop.getByRole('button', { name: 'Buy Starter' }).click();
        await payInBrowser(shop, GOOD_CARD);
        await seen(shop, 'Your call goes on in the other window');
        await shop.close();
        await seen(page, /Your new time has arrived/);
        expect(await countdownInBrowser(page)).toBeGreaterThan(3600);
        expect(problems).toEqual([]);

        const network = await context.newCDPSession(page);
        await cut(network, true);
        await seen(page, /The connection broke off/);
        await cut(network, false);
        await page.getByText(/^The agent is (listening|speaking|thinking)/).waitFor(SOON);
        await inCall(page);
        await page.getByRole('button', { name: 'End call' }).click();
        await seen(page, /This call cost you/);
        expect(await sessionsOf(email)).toMatchObject([{ status: 'completed' }]);
      }, 180_000);
    });
  },
);
