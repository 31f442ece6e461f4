/** The kernel module: its code is fetched for a world that has a bridge of Open vSwitch, and for no other. */
import { fetched } from '../../base/code.ts';

export const openvswitchModule = fetched('openvswitch', () => import('./datapath.ts'));

export const openvswitch = openvswitchModule.need;
