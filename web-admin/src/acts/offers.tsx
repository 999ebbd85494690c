import {
  centsOf,
  duration,
  durationInWords,
  money,
  plural,
  rate,
  typedAmount,
} from '../core/format.ts';
import type { AgentRow, PackageRow } from '../core/rows.ts';
import type { ActForm, ActSpec } from './act.ts';
import { callAct } from './call.ts';
import { ChoiceInput, NumberInput, SwitchInput, TextInput, wholeNumber } from './fields.tsx';

interface PackageForm {
  id: string;
  name: string;
  description: string;
  /** Typed in minutes. */
  total_seconds: string;
  price_cents: string;
  currency: string;
  validity_days: string;
  sort_order: string;
  is_active: boolean;
}

const packageForm = (sold: PackageRow | undefined): PackageForm => ({
  id: sold?.id ?? '',
  name: sold?.name ?? '',
  description: sold?.description ?? '',
  total_seconds: sold === undefined ? '60' : String(sold.total_seconds / 60),
  price_cents: sold === undefined ? '' : typedAmount(sold.price_cents, sold.currency),
  currency: sold?.currency ?? 'usd',
  validity_days: String(sold?.validity_days ?? ''),
  sort_order: String(sold?.sort_order ?? 0),
  is_active: sold?.is_active ?? true,
});

const isCurrency = (text: string): boolean => /^[a-z]{3}$/.test(text);

/** Whole seconds of minutes as they are typed, which may have a fraction. */
const secondsOf = (minutes: string): number | undefined => {
  const seconds = Math.round(Number(minutes) * 60);
  return minutes.trim() !== '' && Number.isFinite(seconds) ? seconds : undefined;
};

/** The fields as the database wants them; undefined while one of them says nothing. */
const packageOf = (form: PackageForm) => {
  const price_cents = isCurrency(form.currency)
    ? centsOf(form.price_cents, form.currency)
    : undefined;
  const total_seconds = secondsOf(form.total_seconds);
  const sort_order = wholeNumber(form.sort_order);
  const validity_days = form.validity_days === '' ? null : wholeNumber(form.validity_days);
  const isComplete =
    form.id !== '' &&
    form.name.trim() !== '' &&
    price_cents !== undefined &&
    total_seconds !== undefined &&
    sort_order !== undefined &&
    validity_days !== undefined;
  return isComplete
    ? { ...form, price_cents, total_seconds, sort_order, validity_days }
    : undefined;
};

/** What every offer has: an id for good, a name and a description. */
const NameFields = ({
  form: { values, set, problem },
  isNew,
}: {
  form: ActForm<{ id: string; name: string; description: string }>;
  isNew: boolean;
}) => (
  <>
    <TextInput
      label="Id"
      value={values.id}
      onChange={(id) => set({ id })}
      problem={problem('id')}
      isFixed={!isNew}
      hint="Small letters, digits and underscores; it can never be changed."
    />
    <TextInput
      label="Name"
      value={values.name}
      onChange={(name) => set({ name })}
      problem={problem('name')}
    />
    <TextInput
      label="Description"
      value={values.description}
      onChange={(description) => set({ description })}
      problem={problem('description')}
      isOptional
      rows={2}
    />
  </>
);

const PackageFields = ({ form, isNew }: { form: ActForm<PackageForm>; isNew: boolean }) => {
  const { values, set, problem } = form;
  return (
    <>
      <NameFields form={form} isNew={isNew} />
      <NumberInput
        label="Minutes"
        value={values.total_seconds}
        onChange={(total_seconds) => set({ total_seconds })}
        problem={problem('total_seconds')}
        min={1}
      />
      <TextInput
        label={`Price in ${values.currency.toUpperCase()}`}
        value={values.price_cents}
        onChange={(price_cents) => set({ price_cents })}
        problem={problem('price_cents')}
      />
      <TextInput
        label="Currency"
        value={values.currency}
        onChange={(currency) => set({ currency: currency.toLowerCase() })}
        problem={problem('currency')}
      />
      <NumberInput
        label="Days that a card lasts"
        value={values.validity_days}
        onChange={(validity_days) => set({ validity_days })}
        problem={problem('validity_days')}
        hint="From its activation on. Empty: for ever."
        isOptional
      />
      <NumberInput
        label="Place on the price list"
        value={values.sort_order}
        onChange={(sort_order) => set({ sort_order })}
        problem={problem('sort_order')}
        min={-1_000_000}
      />
      <SwitchInput
        label="On sale"
        value={values.is_active}
        onChange={(is_active) => set({ is_active })}
      />
    </>
  );
};

export const savePackage = (sold?: PackageRow): ActSpec<PackageForm, PackageRow> => ({
  button: sold === undefined ? 'New package' : 'Edit',
  title: sold === undefined ? 'New package' : `Edit ${sold.name}`,
  initial: packageForm(sold),
  fields: (form) => <PackageFields form={form} isNew={sold === undefined} />,
  consequence: (form) => {
    const fields = packageOf(form);
    return fields === undefined ? undefined : (
      <>
        {fields.is_active ? 'Customers are offered ' : 'Kept, but not on sale: '}
        <strong>
          {durationInWords(fields.total_seconds)} for {money(fields.price_cents, fields.currency)}
        </strong>
        {fields.validity_days === null ? '' : `, good for ${plural(fields.validity_days, 'day')}`}.
        Cards that are sold stay as they were sold.
      </>
    );
  },
  confirm: 'Save the package',
  run: (form, reason) => callAct('admin_save_package', { package: packageOf(form) ?? {}, reason }),
  answer: (saved) => `${saved.name} is saved.`,
  audit: { action: 'admin_save_package', table: 'packages', subject: ({ id }) => id },
});

interface AgentForm {
  id: string;
  name: string;
  description: string;
  kind: string;
  rate_permille: string;
  minimum_charge_seconds: string;
  sort_order: string;
  is_active: boolean;
}

const agentOf = (form: AgentForm) => {
  const rate_permille = Math.round(Number(form.rate_permille) * 1000);
  const minimum_charge_seconds = wholeNumber(form.minimum_charge_seconds);
  const sort_order = wholeNumber(form.sort_order);
  const isComplete =
    form.id !== '' &&
    form.name.trim() !== '' &&
    Number.isFinite(rate_permille) &&
    minimum_charge_seconds !== undefined &&
    sort_order !== undefined;
  return isComplete ? { ...form, rate_permille, minimum_charge_seconds, sort_order } : undefined;
};

interface SavedAgent {
  id: string;
  name: string;
}

const agentAudit = (table: 'agent_types' | 'agent_prompts') => ({
  action: 'admin_save_agent_type',
  table,
  subject: ({ id }: SavedAgent) => id,
});

const AgentFields = ({ form, isNew }: { form: ActForm<AgentForm>; isNew: boolean }) => {
  const { values, set, problem } = form;
  return (
    <>
      <NameFields form={form} isNew={isNew} />
      <ChoiceInput
        label="Kind"
        value={values.kind}
        onChange={(kind) => set({ kind })}
        problem={problem('kind')}
        choices={[
          ['basic', 'Basic: talks'],
          ['enhanced', 'Enhanced: has tools'],
          ['rag', 'Knowledge: answers from the documents'],
        ]}
      />
      <TextInput
        label="Rate"
        value={values.rate_permille}
        onChange={(rate_permille) => set({ rate_permille })}
        problem={problem('rate_permille')}
        hint="Card seconds per talked second: 1, 1.5 …"
      />
      <NumberInput
        label="Minimum charge in seconds"
        value={values.minimum_charge_seconds}
        onChange={(minimum_charge_seconds) => set({ minimum_charge_seconds })}
        problem={problem('minimum_charge_seconds')}
      />
      <NumberInput
        label="Place in the list"
        value={values.sort_order}
        onChange={(sort_order) => set({ sort_order })}
        problem={problem('sort_order')}
        min={-1_000_000}
      />
      <SwitchInput
        label="On offer"
        value={values.is_active}
        onChange={(is_active) => set({ is_active })}
      />
    </>
  );
};

export const saveAgent = (agent?: AgentRow): ActSpec<AgentForm, SavedAgent> => ({
  button: agent === undefined ? 'New agent' : 'Edit',
  title: agent === undefined ? 'New agent' : `Edit ${agent.name}`,
  initial: {
    id: agent?.id ?? '',
    name: agent?.name ?? '',
    description: agent?.description ?? '',
    kind: agent?.kind ?? 'basic',
    rate_permille: String((agent?.rate_permille ?? 1000) / 1000),
    minimum_charge_seconds: String(agent?.minimum_charge_seconds ?? 0),
    sort_order: String(agent?.sort_order ?? 0),
    is_active: agent?.is_active ?? true,
  },
  fields: (form) => <AgentFields form={form} isNew={agent === undefined} />,
  consequence: (form) => {
    const fields = agentOf(form);
    return fields === undefined ? undefined : (
      <>
        {fields.is_active ? 'Customers can talk to ' : 'Not on offer: '}
        <strong>{fields.name}</strong>, who takes {rate(fields.rate_permille)} of the talked time
        {fields.minimum_charge_seconds > 0
          ? `, at least ${duration(fields.minimum_charge_seconds)} a call`
          : ''}
        . Calls that are going on keep the rate that they began with.
      </>
    );
  },
  confirm: 'Save the agent',
  run: (form, reason) =>
    callAct('admin_save_agent_type', { agent_type: agentOf(form) ?? {}, reason }),
  answer: (saved) => `${saved.name} is saved.`,
  audit: agentAudit('agent_types'),
});

interface WordsForm {
  instructions: string;
  greeting: string;
  voice: string;
}

export const saveWords = (agent: AgentRow): ActSpec<WordsForm, SavedAgent> => ({
  button: 'Edit words',
  title: `What ${agent.name} says`,
  initial: {
    instructions: agent.instructions ?? '',
    greeting: agent.greeting ?? '',
    voice: agent.voice ?? '',
  },
  fields: ({ values, set, problem }) => (
    <>
      <TextInput
        label="Instructions"
        value={values.instructions}
        onChange={(instructions) => set({ instructions })}
        problem={problem('instructions')}
        isOptional
        rows={8}
      />
      <TextInput
        label="Greeting"
        value={values.greeting}
        onChange={(greeting) => set({ greeting })}
        problem={problem('greeting')}
        hint="{name} becomes the customer’s first name. Empty: the worker’s own."
        isOptional
      />
      <TextInput
        label="Voice"
        value={values.voice}
        onChange={(voice) => set({ voice })}
        problem={problem('voice')}
        hint="A voice of the speech provider. Empty: the worker’s own."
        isOptional
      />
    </>
  ),
  consequence: () => (
    <>
      <strong>{agent.name}</strong> speaks by these words from the next call on; calls that are
      going on keep theirs.
    </>
  ),
  confirm: 'Save the words',
  run: ({ instructions, greeting, voice }, reason) =>
    callAct('admin_save_agent_type', {
      agent_type: {
        id: agent.id,
        instructions,
        greeting: greeting.trim() || null,
        voice: voice.trim() || null,
      },
      reason,
    }),
  answer: (saved) => `${saved.name} has its new words.`,
  audit: agentAudit('agent_prompts'),
});
