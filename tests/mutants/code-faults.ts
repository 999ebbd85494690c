import type { Fault } from './fault.ts';

/** Activation codes. */
export const codeFaults: readonly Fault[] = [
  {
    name: 'a code is compared as it was typed',
    migration: '1550_activation_codes',
    find: 'regexp_replace(upper(normal_code.code),',
    replace: 'regexp_replace((normal_code.code),',
    likely: ['activation-codes'],
  },
  {
    name: 'a code is kept as a plain hash that a thief can search',
    migration: '1550_activation_codes',
    find: "  select extensions.hmac(\n    convert_to(private.normal_code(code_hmac.code), 'UTF8'), s.code_pepper, 'sha256'\n  )",
    replace:
      "  select extensions.digest(\n    convert_to(private.normal_code(code_hmac.code), 'UTF8'), 'sha256'\n  )",
    likely: ['activation-codes'],
  },
  {
    name: 'the check character checks nothing',
    migration: '1550_activation_codes',
    find: 'code := code || private.check_character(code);',
    replace: "code := code || '0';",
    likely: ['activation-codes'],
  },
  {
    name: 'wrong codes are not counted',
    migration: '1550_activation_codes',
    find: 'insert into private.code_attempts (user_id, attempted_at) values (caller, at);',
    replace: 'null;',
    likely: ['activation-codes'],
  },
  {
    name: 'one wrong code too many may be tried (>= becomes >)',
    migration: '1550_activation_codes',
    find: 'if failed >= allowed then',
    replace: 'if failed > allowed then',
    likely: ['activation-codes'],
  },
  {
    name: 'attempts are forgotten too early',
    migration: '1550_activation_codes',
    find: "a.attempted_at <= at - interval '1 hour'",
    replace: "a.attempted_at <= at - interval '1 minute'",
    likely: ['activation-codes'],
  },
  {
    name: 'a code outlives its redemption',
    migration: '1550_activation_codes',
    find: 'delete from private.activation_codes a where a.card_id = card.id;',
    replace: 'null;',
    likely: ['activation-codes', 'gifts'],
  },
  {
    name: 'the code of a gift opens it before it is paid',
    migration: '1550_activation_codes',
    find: "p.status not in ('succeeded', 'partially_refunded')",
    replace: "p.status not in ('pending', 'succeeded', 'partially_refunded')",
    likely: ['gifts'],
  },
  {
    name: 'the code of a gift opens it while it is disputed',
    migration: '1550_activation_codes',
    find: "p.status not in ('succeeded', 'partially_refunded')",
    replace: "p.status not in ('disputed', 'succeeded', 'partially_refunded')",
    likely: ['gifts'],
  },
  {
    name: 'a code that died while it was redeemed still opens its card',
    migration: '1550_activation_codes',
    find: 'where a.card_id = card.id and a.code_hmac = private.code_hmac(redeem_code.code)',
    replace: 'where a.card_id = card.id',
    likely: ['gifts'],
  },
  {
    name: "somebody else's gift can be given a new code",
    migration: '1550_activation_codes',
    find: "and c.purchaser_id = caller and c.source = 'gift'",
    replace: "and c.source = 'gift'",
    likely: ['gifts'],
  },
];
