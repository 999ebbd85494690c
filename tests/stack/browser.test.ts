import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  chromiumPath,
  launchSpeakingBrowser,
  orderInBrowser,
  payInBrowser,
  signUpInBrowser,
  talkInBrowser,
} from '../../local/demo/browser.ts';
import { orderAnHour, paymentStatus, signUp, stack } from '../support/stack.ts';

describe.skipIf(!chromiumPath || !stack.LIVEKIT_URL)(
  'in a real browser (needs Chromium and LiveKit)',
  () => {
    let speaking: Awaited<ReturnType<typeof launchSpeakingBrowser>>;

    beforeAll(async () => {
      speaking = await launchSpeakingBrowser('Hello! What can you do for me?');
    });
    afterAll(() => speaking?.close());

    /** A page in a context of its own, and what went wrong on it. */
    async function open(): Promise<{ page: Page; problems: string[] }> {
      const context = await speaking.browser.newContext({ permissions: ['microphone'] });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      return { page, problems };
    }

    test('a visitor signs up, buys an hour at the checkout page, talks, and sees what it cost', async () => {
      const { page, problems } = await open();
      await signUpInBrowser(page, stack.APP_URL ?? '', 'Grace Hopper');
      await orderInBrowser(page);
      await payInBrowser(page, '4242 4242 4242 4242');
      await page.waitForURL(/checkout=success/);
      await page.getByText('1:00:00').first().waitFor();

      await talkInBrowser(page);
      const countdown = await page.getByRole('timer').getAttribute('data-seconds');
      expect(Number(countdown)).toBeGreaterThan(3500);
      expect(Number(countdown)).toBeLessThan(3600);

      await page.getByRole('button', { name: 'End call' }).click();
      const cost = await page.getByText(/This call cost you/).textContent();
      expect(cost).toMatch(/\d+ seconds/);
      expect(problems).toEqual([]);
    }, 120_000);

    test('a declined card is told by the checkout page, which then takes another', async () => {
      const order = await orderAnHour(await signUp());
      const { page } = await open();
      await page.goto(order.checkout_url);
      await payInBrowser(page, '4000 0000 0000 0002');
      expect(await page.getByRole('alert').textContent()).toMatch(/declined/i);
      await payInBrowser(page, '4242 4242 4242 4242');
      await page.waitForURL(/checkout=success/);
    });

    test('a card that asks for authentication pays once it is approved', async () => {
      const order = await orderAnHour(await signUp());
      const { page } = await open();
      await page.goto(order.checkout_url);
      await payInBrowser(page, '4000 0025 0000 3155');
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.waitForURL(/checkout=success/);
      await expect.poll(() => paymentStatus(order.payment_id)).toBe('succeeded');
    });
  },
);
