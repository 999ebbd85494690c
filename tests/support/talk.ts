import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { stack } from './stack.ts';

export const appUrl = stack.APP_URL ?? '';

/** A page in a context of its own, and what went wrong on it. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** Errors on the console and exceptions; a test of a refusal, whose status Chromium prints, clears it. */
  problems: string[];
}

export async function visit(
  browser: Browser,
  size = { width: 1100, height: 760 },
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: size, permissions: ['microphone'] });
  const page = await context.newPage();
  const problems: string[] = [];
  context.on('page', (opened) => note(opened, problems));
  note(page, problems);
  return { context, page, problems };
}

function note(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);
const found = z.array(
  z.object({ id: z.string(), impact: z.string().nullish(), nodes: z.array(z.string()) }),
);

/** What axe finds serious or critical on a page, with the elements concerned. */
async function seriousFlaws(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = found.parse(
    await page.evaluate(`axe.run(document).then(({ violations }) => violations.map(
      ({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 150)) })))`),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.join(' | ')}`);
}

/** How many pixels a page is wider than its window. */
async function overflow(page: Page): Promise<number> {
  return Number(
    await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    ),
  );
}

const phone = { width: 360, height: 740 };

/** What keeps somebody from using a page: in light and dark, and on a phone. */
export async function obstacles(page: Page, name: string): Promise<string[]> {
  const wide = page.viewportSize();
  const flaws: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const flaw of await seriousFlaws(page)) flaws.push(`${name}, ${colorScheme}: ${flaw}`);
  }
  await page.setViewportSize(phone);
  const pixels = await overflow(page);
  if (pixels > 0) flaws.push(`${name} is ${pixels} pixels wider than a phone`);
  if (wide) await page.setViewportSize(wide);
  return flaws;
}
