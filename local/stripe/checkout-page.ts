import type Stripe from 'stripe';
import { shownAmount } from './amounts.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { LineItem } from './store.ts';

/** The pages that a customer sees. Plain forms: they work without scripts. */

export type FieldName = 'email' | 'number' | 'expiry' | 'cvc' | 'name';
export type FieldErrors = Partial<Record<FieldName, string>>;
export type FieldValues = Partial<Record<FieldName, string>>;

const helpfulCards = [
  ['4242 4242 4242 4242', 'is accepted'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has insufficient funds'],
  ['4000 0025 0000 3155', 'wants authentication'],
] as const;

function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/c/checkout.css" />
      </head>
      <body>
        <p class="notice">
          <strong>Test checkout.</strong> A local double of Stripe: no money moves, and only test
          cards work.
        </p>
        <main>${body}</main>
      </body>
    </html> `.markup;
}

function backLink(session: Stripe.Checkout.Session): Html | null {
  if (session.cancel_url === null) return null;
  return html`<a class="back" href="${session.cancel_url}"
    ><span aria-hidden="true">←</span> Back</a
  >`;
}

function amountOf(session: Stripe.Checkout.Session): string {
  return shownAmount(session.amount_total ?? 0, session.currency ?? 'usd');
}

function summary(session: Stripe.Checkout.Session, items: readonly LineItem[]): Html {
  const rows = items.map(
    (item) =>
      html`<li>
        <span class="what"
          >${item.description ?? 'Item'}${
            (item.quantity ?? 1) > 1
              ? html` <span class="quantity">× ${item.quantity}</span>`
              : null
          }</span
        ><span class="money">${shownAmount(item.amount_total, item.currency)}</span>
      </li>`,
  );
  return html`<section class="summary" aria-labelledby="what-is-bought">
    ${backLink(session)}
    <h1 id="what-is-bought">
      <span class="merchant">Pay MindBot</span> <span class="total">${amountOf(session)}</span>
    </h1>
    <ul class="items">
      ${rows}
    </ul>
    <p class="due"><span>Total due</span><span class="money">${amountOf(session)}</span></p>
  </section>`;
}

interface Field {
  name: FieldName;
  label: string;
  autocomplete: string;
  placeholder: string;
  inputmode: string;
  maxlength: number;
  hint?: string;
}

const number: Field = {
  name: 'number',
  label: 'Card number',
  autocomplete: 'cc-number',
  placeholder: '1234 1234 1234 1234',
  inputmode: 'numeric',
  maxlength: 23,
};
const expiry: Field = {
  name: 'expiry',
  label: 'Expiry (MM / YY)',
  autocomplete: 'cc-exp',
  placeholder: '12 / 34',
  inputmode: 'numeric',
  maxlength: 9,
};
const cvc: Field = {
  name: 'cvc',
  label: 'CVC',
  autocomplete: 'cc-csc',
  placeholder: '123',
  inputmode: 'numeric',
  maxlength: 4,
};
const cardholder: Field = {
  name: 'name',
  label: 'Name on card',
  autocomplete: 'cc-name',
  placeholder: 'Full name',
  inputmode: 'text',
  maxlength: 100,
};
const address: Field = {
  name: 'email',
  label: 'Email',
  autocomplete: 'email',
  placeholder: 'you@example.com',
  inputmode: 'email',
  maxlength: 200,
};

export interface PayPage {
  session: Stripe.Checkout.Session;
  items: readonly LineItem[];
  /** The known e-mail address, or null to ask for one. */
  email: string | null;
  values?: FieldValues;
  errors?: FieldErrors;
  /** Why the card was not charged; shown at the top. */
  declined?: string | undefined;
}

export function payPage(content: PayPage): string {
  const { session, items, email, values = {}, errors = {}, declined } = content;
  const names = Object.keys(errors) as FieldName[];
  // Where to go on after a failed try. A page that opens takes no focus: it is read from the top.
  const focused = names[0] ?? (declined === undefined ? undefined : 'number');
  const show = (field: Field) => input(field, values[field.name], errors[field.name], focused);
  const hasFailed = declined !== undefined || names.length > 0;
  const body = html`${summary(session, items)}
    <section class="form" aria-labelledby="pay-with-card">
      <h2 id="pay-with-card">Pay with card</h2>
      ${declined === undefined ? null : html`<div class="alert" role="alert"><p>${declined} Try another card.</p></div>`}
      ${names.length === 0 ? null : problems(errors)}
      <form method="post" action="/c/pay/${session.id}" novalidate>
        ${email === null ? show(address) : html`<p class="known"><span class="label">Email</span> ${email}</p>`}
        ${show(number)}
        <div class="pair">${show(expiry)}${show(cvc)}</div>
        ${show(cardholder)}
        <button type="submit">Pay ${amountOf(session)}</button>
      </form>
      <section class="help" aria-labelledby="test-cards">
        <h3 id="test-cards">Cards to try</h3>
        <dl>
          ${helpfulCards.map(
            ([digits, effect]) =>
              html`<div>
                <dt><code>${digits}</code></dt>
                <dd>${effect}</dd>
              </div>`,
          )}
        </dl>
        <p>Any date in the future, any three digits as CVC, any name.</p>
      </section>
    </section>`;
  return page(`${hasFailed ? 'Not paid: ' : ''}Pay ${amountOf(session)} · MindBot`, body);
}

function problems(errors: FieldErrors): Html {
  const links = Object.entries(errors).map(
    ([name, message]) => html`<li><a href="#${name}">${message}</a></li>`,
  );
  return html`<div class="alert" role="alert">
    <p>Please check:</p>
    <ul>
      ${links}
    </ul>
  </div>`;
}

function input(
  field: Field,
  value: string | undefined,
  error: string | undefined,
  focused: FieldName | undefined,
): Html {
  const { name } = field;
  const wrong = html` aria-invalid="true" aria-describedby="${name}-error"`;
  return html`<div class="field">
    <label for="${name}">${field.label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${value ?? ''}"
      placeholder="${field.placeholder}"
      autocomplete="${field.autocomplete}"
      inputmode="${field.inputmode}"
      maxlength="${field.maxlength}"
      required${error === undefined ? null : wrong}${name === focused ? html` autofocus` : null}
    />
    ${error === undefined ? null : html`<p class="error" id="${name}-error">${error}</p>`}
  </div>`;
}

/** Asks the customer to approve, as a bank would; `action` takes `outcome` approve or refuse. */
export function authenticationPage(
  payment: { amount: number; currency: string } | null,
  last4: string,
  action: string,
): string {
  const amount = payment === null ? null : shownAmount(payment.amount, payment.currency);
  return page(
    `Approve ${amount ?? 'your card'}`,
    html`<section class="form narrow" aria-labelledby="ask">
      <p class="bank">Your bank (a test page)</p>
      <h1 id="ask">${amount === null ? 'Let MindBot keep this card?' : 'Approve this payment?'}</h1>
      <dl class="facts">
        <div>
          <dt>To</dt>
          <dd>MindBot</dd>
        </div>
        <div>
          <dt>Amount</dt>
          <dd>${amount ?? 'nothing now'}</dd>
        </div>
        <div>
          <dt>Card</dt>
          <dd>ends in ${last4}</dd>
        </div>
      </dl>
      <form method="post" action="${action}">
        <button type="submit" name="outcome" value="approve" autofocus>Approve</button>
        <button type="submit" name="outcome" value="refuse" class="secondary">Refuse</button>
      </form>
    </section>`,
  );
}

/** A page that only says something. */
export function messagePage(
  title: string,
  text: string,
  link: { href: string; label: string } | null = null,
): string {
  return page(
    `${title} · MindBot`,
    html`<section class="form narrow">
      <h1>${title}</h1>
      <p>${text}</p>
      ${link === null ? null : html`<p><a class="go" href="${link.href}">${link.label}</a></p>`}
    </section>`,
  );
}

export function receiptPage(charge: Stripe.Charge): string {
  const amount = shownAmount(charge.amount, charge.currency);
  const card = charge.payment_method_details?.card;
  return page(
    `Receipt ${amount}`,
    html`<section class="form narrow" aria-labelledby="receipt">
      <h1 id="receipt">Receipt from MindBot</h1>
      <dl class="facts">
        <div>
          <dt>Amount paid</dt>
          <dd>${amount}</dd>
        </div>
        <div>
          <dt>Refunded</dt>
          <dd>${shownAmount(charge.amount_refunded, charge.currency)}</dd>
        </div>
        <div>
          <dt>Date</dt>
          <dd>${new Date(charge.created * 1000).toISOString().slice(0, 10)}</dd>
        </div>
        <div>
          <dt>Card</dt>
          <dd>${card?.brand ?? 'card'} ends in ${card?.last4 ?? ''}</dd>
        </div>
        <div>
          <dt>Description</dt>
          <dd>${charge.description ?? '–'}</dd>
        </div>
      </dl>
    </section>`,
  );
}
