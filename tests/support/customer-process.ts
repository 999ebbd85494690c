/**
 * A customer in a process of its own, so that a test can make them vanish: `node customer-process.ts
 * <server url> <token> [mute]` joins, prints `joined`, then `heard` once the agent has spoken, and stays. Muted, it
 * opens no microphone.
 */
import { RoomCustomer } from '../../local/demo/room-customer.ts';

const [serverUrl = '', token = '', mute] = process.argv.slice(2);
const customer = new RoomCustomer();
await customer.join(serverUrl, token, mute === undefined);
console.log('joined');
await customer.until('the agent to speak', () => customer.heardMs > 200);
console.log('heard');
