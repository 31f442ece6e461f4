/**
 * What runs a pod behind a runtime handler. A handler's name is anybody's choice: containerd's `runtime_type` says what it
 * is, and without it the names that gVisor's documentation, kata-deploy and the runtimes' own packages use.
 * Leaves out `kata-remote`, whose machine is elsewhere, and handlers of other names: what they are is not known.
 */

export type Vmm = 'qemu' | 'cloud-hypervisor' | 'dragonball' | 'firecracker';

export type Sandbox =
  | { readonly kind: 'runc' | 'crun' | 'gvisor' }
  /** Which machine monitor is in Kata's own configuration; absent where neither type nor name tells. */
  | { readonly kind: 'kata'; readonly vmm?: Vmm };

const VMMS: readonly (readonly [RegExp, Vmm])[] = [
  [/^qemu/, 'qemu'],
  [/^(clh|cloud-hypervisor)/, 'cloud-hypervisor'],
  [/^dragonball/, 'dragonball'],
  [/^(fc|firecracker)/, 'firecracker'],
];

/** `qemu-runtime-rs` */
function kata(flavour: string): Sandbox | undefined {
  if (flavour.startsWith('remote')) return undefined;
  const vmm = VMMS.find(([name]) => name.test(flavour))?.[1];
  return vmm === undefined ? { kind: 'kata' } : { kind: 'kata', vmm };
}

/** `io.containerd.runsc.v1`: the shim is `containerd-shim-runsc-v1`. */
export function sandboxOfType(type: string, handler: string, binary = ''): Sandbox | undefined {
  const shim = /^io\.containerd\.([a-z-]+)\.v\d+$/.exec(type)?.[1];
  if (shim === 'runsc') return { kind: 'gvisor' };
  if (shim === 'runc') return /(^|\/)crun$/.test(binary) ? { kind: 'crun' } : { kind: 'runc' };
  const flavour = /^kata(?:-(.+))?$/.exec(shim ?? '');
  if (flavour === null) return undefined;
  return kata(flavour[1] ?? /^kata-(.+)$/.exec(handler)?.[1] ?? '');
}

export function sandboxOfName(handler: string): Sandbox | undefined {
  if (handler === 'runc' || handler === 'crun') return { kind: handler };
  if (handler === 'runsc' || handler === 'gvisor') return { kind: 'gvisor' };
  const flavour = /^kata(?:-(.+))?$/.exec(handler);
  return flavour === null ? undefined : kata(flavour[1] ?? '');
}

/** Its sockets are not the host kernel's: netstack's, or a guest's. What the host hooks into socket calls never sees them. */
export function hasOwnNetworkStack(sandbox: Sandbox | undefined): boolean {
  return sandbox?.kind === 'gvisor' || sandbox?.kind === 'kata';
}
