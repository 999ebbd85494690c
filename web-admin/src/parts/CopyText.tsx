import CheckIcon from '@mui/icons-material/Check';
import ContentCopyIcon from '@mui/icons-material/ContentCopy';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import { useState } from 'react';

/** An id or another text that is taken elsewhere: in full, with a button that copies it. */
export const CopyText = ({ text, label }: { text: string | null; label: string }) => {
  const [isCopied, setIsCopied] = useState(false);
  if (text === null || text === '') return <>–</>;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5 }}>
      <Box component="code" sx={{ fontSize: '0.78rem', overflowWrap: 'anywhere' }}>
        {text}
      </Box>
      <IconButton
        size="small"
        aria-label={isCopied ? `${label} copied` : `Copy ${label}`}
        onClick={() => void copy()}
        onBlur={() => setIsCopied(false)}
        sx={{ p: 0.25 }}
      >
        {isCopied ? (
          <CheckIcon sx={{ fontSize: 14 }} color="success" />
        ) : (
          <ContentCopyIcon sx={{ fontSize: 14 }} />
        )}
      </IconButton>
    </Box>
  );
};
