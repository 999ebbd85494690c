/** `npm run screenshots`: walks through the customer app on the running stack with a real Chromium and takes the README's pictures. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import postgres from 'postgres';
import { askStatus } from '../local/demo/address.ts';
import {
  launchSpeakingBrowser,
  orderInBrowser,
  payInBrowser,
  signUpInBrowser,
  talkInBrowser,
} from '../local/demo/browser.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const stack = await askStatus();
const appUrl = stack.APP_URL ?? '';
const goodCard = '4242 4242 4242 4242';
const wide = { width: 1080, height: 720 };
const phone = { width: 390, height: 844 };
const written: string[] = [];

/** A picture in light and, where asked for, in dark. */
async function picture(page: Page, name: string, schemes: ('light' | 'dark')[]): Promise<void> {
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const file = colorScheme === 'dark' ? `${name}-dark.png` : `${name}.png`;
    await page.screenshot({ path: join(images, file) });
    written.push(file);
  }
}

/** Minutes talked on the last days, yesterday first. */
const pastMinutes = [12, 0, 25, 31, 8, 0, 0, 18, 42, 22, 0, 37, 15, 0, 9, 28, 33, 0, 20, 46, 11];
const beatSeconds = 240;

/**
 * Calls of the last weeks, so that the chart has something to show. They are made by the functions that the
 * worker calls, with the business clock put back, so that every second is accounted for.
 */
async function holdPastCalls(email: string): Promise<void> {
  const sql = postgres(stack.DB_URL, { max: 1, onnotice: () => {} });
  const putClock = (seconds: number) =>
    sql`update private.clock set "offset" = make_interval(secs => ${seconds})`;
  try {
    const card = randomUUID();
    await putClock(-86_400 * (pastMinutes.length + 1));
    await sql`insert into time_cards (id, owner_id, source, status, priority) select ${card}, id, 'grant', 'active', 1 from profiles where email = ${email}`;
    await sql`select private.move_seconds(${card}, 'issue', null, 'remaining', 36000)`;
    for (const [index, minutes] of [...pastMinutes.entries()].toReversed()) {
      if (minutes === 0) continue;
      const start = -86_400 * (index + 1);
      await putClock(start);
      const [call] =
        await sql`select (authorize_session(id, 'basic')).session_id from profiles where email = ${email}`;
      const id = String(call?.session_id);
      await sql`select start_session(${id}, 'screenshots')`;
      for (let used = beatSeconds; used < minutes * 60; used += beatSeconds) {
        await putClock(start + used);
        await sql`select heartbeat_session(${id}, ${used}, ${used})`;
      }
      await putClock(start + minutes * 60);
      await sql`select end_session(${id}, ${minutes * 60}, 'user_left')`;
    }
  } finally {
    await putClock(0);
    await sql.end();
  }
}

const { browser, close } = await launchSpeakingBrowser('Hello, can you hear me?');
try {
  const page = await browser.newPage({ viewport: wide });
  await page.goto(appUrl);
  await page.getByText('Sign up to buy').first().waitFor();
  await picture(page, 'home', ['light', 'dark']);

  const email = await signUpInBrowser(page, appUrl, 'Grace Hopper');
  await page.getByRole('link', { name: 'Buy time' }).first().click();
  await page.getByRole('button', { name: 'Buy Starter' }).waitFor();
  await picture(page, 'buy', ['light', 'dark']);
  await page.emulateMedia({ colorScheme: 'light' });
  await orderInBrowser(page, { savesCard: true });
  await page.screenshot({ path: join(images, 'checkout.png') });
  await payInBrowser(page, goodCard);
  await page.getByText('1:00:00').first().waitFor();

  await page.getByRole('link', { name: 'Buy time' }).first().click();
  await page.getByLabel('A gift').check();
  await page.getByRole('button', { name: 'Give Starter' }).click();
  await page.locator('.gift-code').waitFor();
  await picture(page, 'gift', ['light', 'dark']);

  await talkInBrowser(page);
  await page.getByLabel('Type instead of speaking').fill('What is two plus two?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.transcript .theirs').nth(2).waitFor();
  await page.locator('[data-state="speaking"]').first().waitFor();
  await picture(page, 'call', ['light', 'dark']);
  await page.setViewportSize(phone);
  await picture(page, 'call-phone', ['light']);
  await page.setViewportSize(wide);
  await page.getByText('The agent is listening').waitFor();
  await page.getByRole('button', { name: 'End call' }).click();
  await page.getByText(/This call cost you/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();

  await holdPastCalls(email);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByText('Your payments').waitFor();
  await page.locator('.chart-bar').first().waitFor();
  await picture(page, 'history', ['light', 'dark']);
  console.log(`wrote checkout.png, ${written.join(', ')} to ${images}`);
} finally {
  await close();
}
