/**
 * `npm run screenshots:admin`: fills a stack of its own with a small business, walks through the built admin
 * panel with a real Chromium, and takes the README's pictures.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { enterPanel, launchBrowser, openPage, servePanel } from '../tests/support/admin-panel.ts';
import { newStackEnv, startStack } from '../tests/support/stack-server.ts';
import { fillBusiness } from './admin-demo-business.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const DESKTOP = { width: 1200, height: 760 };
const PHONE = { width: 390, height: 760 };

type Look = 'light' | 'dark';

async function open(browser: Browser, url: string, look: Look, size: typeof PHONE): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: look,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(url);
  await enterPanel(page, 'admin@mindbot.local', 'Admin1234');
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  // What the pointer hovers over and what moves belongs on no picture.
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(images, `admin-${name}.png`) });
  console.log(`wrote admin-${name}.png`);
}

await mkdir(images, { recursive: true });
const { stackEnv, remove } = await newStackEnv();
const stack = await startStack({ ...stackEnv, MINDBOT_WITHOUT: 'worker,livekit,voice,app,admin' });
const [panel, browser] = await Promise.all([servePanel(stack.address), launchBrowser()]);
try {
  const { people, sessions, refunded, beat } = await fillBusiness(stack.address);
  const page = await open(browser, panel.url, 'light', DESKTOP);
  const go = (path: string) => openPage(page, panel.url, path);

  await go('/');
  await shoot(page, 'overview');
  await go('/users');
  await shoot(page, 'users');
  await go(`/users/${people[0]?.id}/show`);
  await shoot(page, 'user');
  await go(`/sessions/${sessions[2]}/show`);
  await shoot(page, 'session');
  await beat();
  await go('/live');
  await shoot(page, 'live');
  await go(`/payments/${refunded}/show`);
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/of unused time are taken back/).waitFor();
  await dialog.getByLabel('Reason').fill('The line was bad for the rest of the hour, too.');
  await shoot(page, 'refund');
  await page.context().close();

  const dark = await open(browser, panel.url, 'dark', DESKTOP);
  await openPage(dark, panel.url, '/sessions');
  await shoot(dark, 'dark');
  await dark.context().close();

  const phone = await open(browser, panel.url, 'light', PHONE);
  await openPage(phone, panel.url, '/cards');
  await shoot(phone, 'phone');
  await phone.context().close();
} finally {
  await browser.close();
  await panel.close();
  await stack.stop();
  await remove();
}
process.exit(0);
