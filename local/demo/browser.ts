import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { writeSpeechWav } from '../voice/wav.ts';

/** The Chromium of this machine, or undefined where there is none. */
export const chromiumPath = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);

/**
 * A headless Chromium whose microphone speaks a question, again and again, six seconds after it is opened.
 * @throws when there is no Chromium on this machine.
 */
export async function launchSpeakingBrowser(
  question: string,
): Promise<{ browser: Browser; close: () => Promise<void> }> {
  if (!chromiumPath) throw new Error('no Chromium here: install it, or name it in CHROMIUM');
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-browser-'));
  const file = join(folder, 'question.wav');
  await writeSpeechWav(file, question, { leadSeconds: 6, tailSeconds: 20 });
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${file}`,
    ],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Signs a new person up in the customer app. */
export async function signUpInBrowser(page: Page, appUrl: string, fullName: string): Promise<void> {
  await page.goto(`${appUrl}/#/sign-up`);
  await page.getByLabel('Your name').fill(fullName);
  await page.getByLabel('E-mail').fill(`${crypto.randomUUID()}@example.com`);
  await page.getByLabel('Password').fill('Correct1Horse');
  await page.getByRole('button', { name: /sign up/i }).click();
  await page.getByText('0:00').first().waitFor();
}

/** Pays at the checkout page that the browser shows. */
export async function payInBrowser(page: Page, card: string): Promise<void> {
  await page.getByLabel('Card number').fill(card);
  await page.getByLabel(/Expiry/).fill('12 / 34');
  await page.getByLabel('CVC').fill('123');
  await page.getByLabel('Name on card').fill('Grace Hopper');
  await page.getByRole('button', { name: /^Pay/ }).click();
}

/** Opens the checkout of an hour. */
export async function orderInBrowser(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Buy time' }).first().click();
  await page.getByRole('button', { name: 'Buy Starter' }).click();
  await page.waitForURL(/\/c\/pay\//);
}

/** Starts a call and waits until the agent has answered what the microphone says. */
export async function talkInBrowser(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Talk', exact: true }).first().click();
  await page.getByRole('button', { name: 'Talk now' }).click();
  await page.locator('.transcript .mine').first().waitFor();
  await page.locator('.transcript .theirs').nth(1).waitFor();
  // livekit-client rejects a transcript that is cut off in the middle, where nobody can catch it.
  await page.getByText('The agent is listening').waitFor();
}
