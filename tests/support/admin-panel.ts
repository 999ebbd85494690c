/** The admin panel as it is hosted: built, and served as static files. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { StackAddress } from '../../local/demo/address.ts';
import { chromiumPath } from '../../local/demo/browser.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Builds the panel for a stack and serves it on a free port of loopback. */
export async function servePanel(
  stack: Pick<StackAddress, 'API_URL' | 'PUBLISHABLE_KEY'>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mindbot-panel-'));
  await promisify(execFile)(
    process.execPath,
    [
      join(repository, 'node_modules/vite/bin/vite.js'),
      'build',
      '--outDir',
      folder,
      '--logLevel',
      'error',
    ],
    {
      cwd: join(repository, 'web-admin'),
      env: {
        ...process.env,
        // A test runner says "test", which would build a panel for development.
        NODE_ENV: 'production',
        VITE_SUPABASE_URL: stack.API_URL,
        VITE_SUPABASE_PUBLISHABLE_KEY: stack.PUBLISHABLE_KEY,
      },
    },
  );
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = normalize(pathname === '/' ? '/index.html' : pathname);
    readFile(join(folder, path), (error, body) => {
      if (error) {
        response.statusCode = 404;
        response.end();
        return;
      }
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @throws when there is no Chromium on this machine */
export function launchBrowser(): Promise<Browser> {
  if (!chromiumPath) throw new Error('no Chromium here: install it, or name it in CHROMIUM');
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

/** Signs in on the page that is open, which is the sign-in page. */
export async function signInToPanel(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Signs in, and waits for the page that comes then. */
export async function enterPanel(page: Page, email: string, password: string): Promise<void> {
  await signInToPanel(page, email, password);
  await page.getByRole('button', { name: 'Your account' }).waitFor();
}

/** Opens a page of the panel and waits until it has been read: nothing is busy any more. */
export async function openPage(page: Page, url: string, path: string): Promise<void> {
  const isThere = await page.evaluate(
    (target) => {
      // What is shown still belongs to the page before.
      document.querySelector('#main h1')?.setAttribute('data-old', '');
      return location.hash.split('?')[0] === target;
    },
    `#${path.split('?')[0]}`,
  );
  await page.goto(`${url}/#${path}`);
  // An address that differs in its filters alone keeps the page.
  if (isThere) await page.reload();
  await page.locator('#main h1:not([data-old])').first().waitFor();
  await settled(page);
}

/** Waits until everything on the page has been read. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('#main h1') !== null &&
      document.querySelector('[aria-busy="true"], .MuiSkeleton-root') === null,
  );
}
