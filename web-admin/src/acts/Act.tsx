import Button from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';
import { useState } from 'react';
import { useWhyNot } from '../core/use-role.ts';
import type { ActSpec } from './act.ts';
import { ActDialog } from './ActDialog.tsx';

/** The button of an act. Where it may not be pressed it can still be reached, and says why. */
export const Act = <V extends object, A>({
  spec,
  isMain = false,
}: {
  spec: ActSpec<V, A>;
  isMain?: boolean;
}) => {
  const [isOpen, setIsOpen] = useState(false);
  const whyNot = useWhyNot() ?? (spec.blocked || undefined);
  return (
    <>
      <Tooltip title={whyNot ?? ''} describeChild>
        <Button
          variant={isMain ? 'contained' : 'outlined'}
          color={spec.isDangerous ? 'error' : 'primary'}
          aria-label={spec.buttonLabel}
          aria-disabled={whyNot !== undefined}
          onClick={() => {
            if (whyNot === undefined) setIsOpen(true);
          }}
          sx={whyNot === undefined ? {} : { opacity: 0.55, cursor: 'not-allowed' }}
        >
          {spec.button}
        </Button>
      </Tooltip>
      {isOpen && <ActDialog spec={spec} onClose={() => setIsOpen(false)} />}
    </>
  );
};
