import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import { CSV_TYPE, csvHead, csvLines, download } from '../core/csv.ts';
import { durationInWords, plural } from '../core/format.ts';
import type { PackageRow } from '../core/rows.ts';
import type { ActSpec } from './act.ts';
import { callAct } from './call.ts';
import { ChoiceInput, NumberInput, wholeNumber } from './fields.tsx';

export interface IssuedCode {
  activation_code: string | null;
  time_card_id: string | null;
  code_hint: string | null;
  batch_id: string | null;
}

interface Order {
  package_id: string;
  quantity: string;
  /** One per opened dialog, so that trying again after a lost answer makes the cards once. */
  idempotency_key: string;
}

export const issueCodes = (packages: readonly PackageRow[]): ActSpec<Order, IssuedCode[]> => ({
  button: 'Issue codes',
  title: 'Issue activation codes',
  initial: {
    package_id: packages[0]?.id ?? '',
    quantity: '10',
    idempotency_key: crypto.randomUUID(),
  },
  fields: ({ values, set, problem }) => (
    <>
      <ChoiceInput
        label="Package"
        value={values.package_id}
        onChange={(package_id) => set({ package_id })}
        problem={problem('package_id')}
        choices={packages.map(({ id, name, total_seconds }) => [
          id,
          `${name}, ${durationInWords(total_seconds)}`,
        ])}
      />
      <NumberInput
        label="How many"
        value={values.quantity}
        onChange={(quantity) => set({ quantity })}
        problem={problem('quantity')}
        min={1}
        hint="1 to 1000"
      />
    </>
  ),
  consequence: ({ package_id, quantity }) => {
    const sold = packages.find(({ id }) => id === package_id);
    const amount = wholeNumber(quantity);
    if (sold === undefined || amount === undefined || amount < 1) return undefined;
    return (
      <>
        <strong>{plural(amount, 'free card')}</strong> of {durationInWords(sold.total_seconds)} each
        are made ({durationInWords(sold.total_seconds * amount)} in all). Whoever has a code can
        redeem it, once
        {sold.validity_days === null
          ? ''
          : `; from then on it lasts ${plural(sold.validity_days, 'day')}`}
        . The codes are shown only now.
      </>
    );
  },
  confirm: 'Issue the codes',
  run: ({ package_id, quantity, idempotency_key }, reason) =>
    callAct('admin_issue_codes', {
      package_id,
      quantity: wholeNumber(quantity) ?? 0,
      reason,
      idempotency_key,
    }),
  answer: (codes) => <CodeList codes={codes} />,
  audit: {
    action: 'admin_issue_codes',
    table: 'code_batches',
    subject: (codes) => codes[0]?.batch_id ?? '',
  },
  blocked: packages.length === 0 && 'There is no package to make codes of.',
  keepsAnswerOpen: true,
});

const COLUMNS = ['activation_code', 'time_card_id', 'batch_id'] as const;

const CodeList = ({ codes }: { codes: readonly IssuedCode[] }) => {
  const [isCopied, setIsCopied] = useState(false);
  const text = codes.map(({ activation_code }) => activation_code).join('\n');
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  const save = () =>
    download(`mindbot-codes-${codes[0]?.batch_id?.slice(0, 8) ?? ''}.csv`, CSV_TYPE, [
      csvHead(COLUMNS),
      csvLines(
        COLUMNS,
        codes.map((code) => ({ ...code })),
      ),
    ]);
  if (codes[0]?.activation_code === null) {
    return `An earlier try made the ${plural(codes.length, 'card')} already. Their codes cannot be shown again: revoke the cards of the batch and issue others.`;
  }
  return (
    <Box sx={{ display: 'grid', gap: 1.5, minWidth: 0 }}>
      <span>
        {plural(codes.length, 'code')}, shown <strong>only this once</strong>: keep them now.
      </span>
      <Box
        component="pre"
        tabIndex={0}
        role="region"
        aria-label="Activation codes"
        sx={{ m: 0, maxHeight: 260, overflow: 'auto', fontSize: '0.85rem', color: 'text.primary' }}
      >
        {text}
      </Box>
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Button variant="outlined" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy all'}
        </Button>
        <Button variant="outlined" onClick={save}>
          Download as CSV
        </Button>
      </Box>
    </Box>
  );
};
