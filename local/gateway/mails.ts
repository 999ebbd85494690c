import type { EmailDriver, EmailMessage } from '@supabase/lite';

const MAX_KEPT = 50;

export interface KeptMail extends EmailMessage {
  readonly sent_at: string;
}

export interface MailBox extends EmailDriver {
  /** The last mails, newest first; only those to one address when given. */
  readonly list: (to?: string) => KeptMail[];
}

/**
 * Nothing is sent from the local stack: mails (confirmations, password resets) are kept here and can be
 * read at `GET /mails`. Their links would point at the app, because Auth builds them from `site_url`;
 * here Auth is at the gateway.
 */
export function createMailBox(options: {
  siteUrl: string;
  apiUrl: string;
  now: () => Date;
}): MailBox {
  const kept: KeptMail[] = [];
  const fixLinks = (text: string) =>
    text.replaceAll(`${options.siteUrl}/auth/v1/`, `${options.apiUrl}/auth/v1/`);
  return {
    async send(message) {
      kept.unshift({
        to: message.to,
        subject: message.subject,
        ...(message.text !== undefined && { text: fixLinks(message.text) }),
        ...(message.html !== undefined && { html: fixLinks(message.html) }),
        sent_at: options.now().toISOString(),
      });
      kept.length = Math.min(kept.length, MAX_KEPT);
    },
    list: (to) => kept.filter((mail) => to === undefined || mail.to === to),
  };
}
