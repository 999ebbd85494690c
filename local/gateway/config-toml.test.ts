import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigToml } from './config-toml.ts';

const app = 'http://127.0.0.1:54328';

describe('config.toml', () => {
  it('gives Auth its password rules', () => {
    const { auth } = readConfigToml(
      '[auth]\nminimum_password_length = 8\npassword_requirements = "lower_upper_letters_digits"',
      app,
    );
    expect(auth).toMatchObject({
      minimum_password_length: 8,
      password_requirements: 'lower_upper_letters_digits',
    });
  });

  it('gives way to where the app really is, and still allows its own address', () => {
    const { auth } = readConfigToml('[auth]\nsite_url = "https://mindbot.example"', app);
    expect(auth.site_url).toBe(app);
    expect(auth.additional_redirect_urls).toContain('https://mindbot.example');
  });

  it('leaves out what the local Auth does not know', () => {
    const { auth } = readConfigToml('[auth]\n[auth.rate_limit]\nemail_sent = 2', app);
    expect(Object.keys(auth)).not.toContain('rate_limit');
  });

  it('has defaults for an empty file', () => {
    expect(readConfigToml('', app).api).toMatchObject({ schemas: ['public'], max_rows: 1000 });
  });

  it('is refused when a setting has the wrong type', () => {
    expect(() => readConfigToml('[auth]\nminimum_password_length = "8"', app)).toThrow(
      'minimum_password_length',
    );
  });

  it('of this repository asks for 8 characters with lower, upper and digits', () => {
    const path = join(import.meta.dirname, '..', '..', 'supabase', 'config.toml');
    expect(readConfigToml(readFileSync(path, 'utf8'), app).auth).toMatchObject({
      minimum_password_length: 8,
      password_requirements: 'lower_upper_letters_digits',
    });
  });
});
