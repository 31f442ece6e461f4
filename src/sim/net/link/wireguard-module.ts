/** The kernel module wireguard: its code is fetched when a packet first comes to such a device. */
import { fetched } from '../../base/code.ts';

export const wireguardModule = fetched('wireguard', () => import('./wireguard.ts'));

export const wireguard = wireguardModule.need;
