import Box from '@mui/material/Box';
import { Act } from '../../acts/Act.tsx';
import { saveAgent, saveWords } from '../../acts/offers.tsx';
import { duration, rate, words } from '../../core/format.ts';
import type { AgentRow, AuditRow } from '../../core/rows.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';

const AgentPage = () => (
  <RecordPage<AgentRow> page="agents" listName="Agents">
    {(agent) => <Agent agent={agent} />}
  </RecordPage>
);

const Agent = ({ agent }: { agent: AgentRow }) => (
  <>
    <PageHead
      title={agent.name}
      aside={<Status value={agent.is_active ? 'on offer' : 'not on offer'} />}
    >
      <Act spec={saveAgent(agent)} />
    </PageHead>
    <Section title="On offer">
      <Facts
        facts={{
          Kind: words(agent.kind),
          Rate: rate(agent.rate_permille),
          'At least, per call': duration(agent.minimum_charge_seconds),
          Place: agent.sort_order,
          Description: agent.description || '–',
          Changed: <Moment at={agent.updated_at} />,
          Id: <code>{agent.id}</code>,
        }}
      />
    </Section>
    <Section title="Its words" actions={<Act spec={saveWords(agent)} />}>
      <Facts
        facts={{
          Voice: agent.voice ?? 'the worker’s own',
          Greeting: agent.greeting ?? 'the worker’s own',
          Changed: <Moment at={agent.words_updated_at} none="never" />,
        }}
      />
      <Box sx={{ px: 2, pb: 2, whiteSpace: 'pre-wrap', maxWidth: 860 }}>
        {agent.instructions || 'It has no instructions of its own.'}
      </Box>
    </Section>
    <Related<AuditRow>
      title="What admins did to it"
      resource="audit"
      page="audit"
      filter={{ 'subject_table@in': '(agent_types,agent_prompts)', subject_id: agent.id }}
      sort={{ field: 'id', order: 'DESC' }}
      columns={AUDIT_COLUMNS}
      empty="No admin has touched it."
    />
  </>
);

export default AgentPage;
