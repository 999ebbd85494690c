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

const basicArgs = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

function requiredChromium(): string {
  if (!chromiumPath) throw new Error('no Chromium here: install it, or name it in CHROMIUM');
  return chromiumPath;
}

export interface LaunchedBrowser {
  browser: Browser;
  close: () => Promise<void>;
}

/**
 * A headless Chromium without a microphone.
 * @throws when there is no Chromium on this machine.
 */
export async function launchBrowser(): Promise<LaunchedBrowser> {
  const browser = await chromium.launch({ executablePath: requiredChromium(), args: basicArgs });
  return { browser, close: () => browser.close() };
}

/**
 * A headless Chromium whose microphone speaks a question, again and again, six seconds after it is opened.
 * @throws when there is no Chromium on this machine.
 */
export async function launchSpeakingBrowser(question: string): Promise<LaunchedBrowser> {
  const executablePath = requiredChromium();
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-browser-'));
  const file = join(folder, 'question.wav');
  await writeSpeechWav(file, question, { leadSeconds: 6, tailSeconds: 20 });
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...basicArgs,
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

export const demoPassword = 'Correct1Horse';

/** Signs a new person up in the customer app, starting from the page that is open there; answers the address. */
export async function fillSignUp(page: Page, fullName: string): Promise<string> {
  const name = fullName.toLowerCase().replaceAll(' ', '.');
  const email = `${name}.${crypto.randomUUID().slice(0, 8)}@example.com`;
  await page.getByLabel('Your name').fill(fullName);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(demoPassword);
  await page.getByRole('button', { name: 'Sign up' }).click();
  return email;
}

/** Signs a new person up in the customer app; answers the address. */
export async function signUpInBrowser(
  page: Page,
  appUrl: string,
  fullName: string,
): Promise<string> {
  await page.goto(`${appUrl}/#/sign-up`);
  const email = await fillSignUp(page, fullName);
  await page.getByRole('heading', { name: `Hello, ${fullName}` }).waitFor();
  return email;
}

export async function signInInBrowser(
  page: Page,
  appUrl: string,
  email: string,
  password = demoPassword,
): Promise<void> {
  await page.goto(`${appUrl}/#/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
}

/** Pays at the checkout page that the browser shows. */
export async function payInBrowser(page: Page, card: string): Promise<void> {
  await page.getByLabel('Card number').fill(card);
  await page.getByLabel(/Expiry/).fill('12 / 34');
  await page.getByLabel('CVC').fill('123');
  await page.getByLabel('Name on card').fill('Grace Hopper');
  await page.getByRole('button', { name: /^Pay/ }).click();
}

/** Opens the checkout of an hour, for oneself or for somebody else. */
export async function orderInBrowser(
  page: Page,
  options: { isGift?: boolean; savesCard?: boolean } = {},
): Promise<void> {
  await page.getByRole('link', { name: 'Buy time' }).first().click();
  if (options.isGift) await page.getByLabel('A gift').check();
  if (options.savesCard) await page.getByLabel(/^Save this card/).check();
  await page.getByRole('button', { name: options.isGift ? 'Give Starter' : 'Buy Starter' }).click();
  await page.waitForURL(/\/c\/pay\//);
}

/** Starts a call and waits until the agent is on the line and has said hello. */
export async function callInBrowser(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Talk', exact: true }).first().click();
  await page.getByRole('button', { name: 'Talk now' }).click();
  await page.locator('.transcript .theirs').first().waitFor();
}

/** Starts a call and waits until the agent has answered what the microphone says. */
export async function talkInBrowser(page: Page): Promise<void> {
  await callInBrowser(page);
  await page.locator('.transcript .mine').first().waitFor();
  await page.locator('.transcript .theirs').nth(1).waitFor();
  // livekit-client rejects a transcript that is cut off in the middle, where nobody can catch it.
  await page.getByText('The agent is listening').waitFor();
}

/** The seconds on the countdown of a call. */
export async function countdownInBrowser(page: Page): Promise<number> {
  return Number(await page.getByRole('timer').getAttribute('data-seconds'));
}
