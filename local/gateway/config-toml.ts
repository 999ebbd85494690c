import { parse } from 'smol-toml';
import { z } from 'zod';

/**
 * The settings of `supabase/config.toml` that the local Data API and Auth can follow. What the file has
 * beyond them (rate limits, ports of other services, …) is for `supabase start` and hosted projects.
 * Names and defaults: https://supabase.com/docs/guides/local-development/cli/config
 */
const configSchema = z.object({
  api: z
    .object({
      schemas: z.array(z.string()).default(['public']),
      extra_search_path: z.array(z.string()).default(['public']),
      max_rows: z.number().int().positive().default(1000),
    })
    .prefault({}),
  auth: z
    .object({
      site_url: z.string().optional(),
      additional_redirect_urls: z.array(z.string()).default([]),
      jwt_expiry: z.number().int().positive().optional(),
      enable_refresh_token_rotation: z.boolean().optional(),
      refresh_token_reuse_interval: z.number().int().nonnegative().optional(),
      enable_signup: z.boolean().optional(),
      minimum_password_length: z.number().int().positive().optional(),
      password_requirements: z.string().optional(),
      email: z
        .object({
          enable_signup: z.boolean().optional(),
          enable_confirmations: z.boolean().optional(),
          double_confirm_changes: z.boolean().optional(),
          otp_length: z.number().int().optional(),
          otp_expiry: z.number().int().optional(),
        })
        .prefault({}),
    })
    .prefault({}),
});

type Config = z.infer<typeof configSchema>;
export interface ApiOptions {
  readonly api: Config['api'];
  readonly auth: Config['auth'];
}

/**
 * Reads config.toml.
 * @param appUrl where the example app really is; it takes the place of `site_url`, which stays allowed
 * @throws when the file is not TOML, or a setting that counts has the wrong type
 */
export function readConfigToml(content: string, appUrl: string): ApiOptions {
  const { api, auth } = configSchema.parse(parse(content));
  const redirects = new Set([
    ...auth.additional_redirect_urls,
    ...(auth.site_url ? [auth.site_url] : []),
  ]);
  return {
    api,
    auth: { ...auth, site_url: appUrl, additional_redirect_urls: [...redirects] },
  };
}
