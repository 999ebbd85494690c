import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { callAct } from '../../acts/call.ts';
import { textOfError } from '../../core/error-texts.ts';
import { useAnswer } from '../../core/use-answer.ts';
import { Section } from '../../parts/Section.tsx';

/** What the knowledge agent would find for a question, to see whether it knows the answer. */
export const TryKnowledge = () => {
  const [typed, setTyped] = useState('');
  const [question, setQuestion] = useState('');
  return (
    <Box sx={{ mt: 2 }}>
      <Section title="What would it find?">
        <Box
          component="form"
          sx={{ display: 'flex', gap: 1, px: 2, pb: 2 }}
          onSubmit={(event: React.FormEvent) => {
            event.preventDefault();
            setQuestion(typed.trim());
          }}
        >
          <TextField
            label="A customer’s question"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            sx={{ flexGrow: 1, maxWidth: 560 }}
          />
          <Button type="submit" variant="outlined" disabled={typed.trim() === ''}>
            Look
          </Button>
        </Box>
        {question !== '' && <Passages question={question} />}
      </Section>
    </Box>
  );
};

const Passages = ({ question }: { question: string }) => {
  const { data, error } = useAnswer(question, () =>
    callAct('admin_search_knowledge', { query: question }),
  );
  const text = error
    ? textOfError(error)
    : data === undefined
      ? 'Looking…'
      : data.length === 0
        ? 'It would find nothing, and say so.'
        : undefined;
  return (
    <Box sx={{ px: 2, pb: 2 }} aria-live="polite">
      {text}
      {data?.map((passage) => (
        <Box key={`${passage.document_id} ${passage.content}`} sx={{ mb: 1.5 }}>
          <Typography variant="h3" component="h3">
            {passage.heading}
          </Typography>
          <Typography sx={{ whiteSpace: 'pre-wrap', maxWidth: 860 }}>{passage.content}</Typography>
        </Box>
      ))}
    </Box>
  );
};
