/** Turns a command into the call that the database gets and into what the reference model expects of it. */
import type { Of, Play } from './calls.ts';
import type { Command } from './commands.ts';
import { adminPlays } from './play-admin.ts';
import { chargingPlays } from './play-charging.ts';
import { moneyPlays } from './play-money.ts';
import type { World } from './state.ts';

const plays = { ...adminPlays, ...chargingPlays, ...moneyPlays };

export function play<Op extends Command['op']>(world: World, command: Of<Op>): Play {
  const playOne = plays[command.op as Op] as (world: World, command: Of<Op>) => Play;
  return playOne(world, command);
}
