/** `npm run screenshots`: walks through the customer app on the running stack with a real Chromium and takes the README's pictures. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
const { browser, close } = await launchSpeakingBrowser('Hello, can you hear me?');
try {
  const page = await browser.newPage({ viewport: { width: 900, height: 640 } });
  await signUpInBrowser(page, stack.APP_URL ?? '', 'Grace Hopper');
  await orderInBrowser(page);
  await page.screenshot({ path: join(images, 'checkout.png') });
  await payInBrowser(page, '4242 4242 4242 4242');
  await page.getByText('1:00:00').first().waitFor();
  await talkInBrowser(page);
  await page.screenshot({ path: join(images, 'call.png') });
  await page.getByRole('button', { name: 'End call' }).click();
  await page.getByText(/This call cost you/).waitFor();
  console.log(`wrote checkout.png and call.png to ${images}`);
} finally {
  await close();
}
