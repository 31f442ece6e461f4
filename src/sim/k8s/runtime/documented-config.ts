/**
 * The lines that make a handler, as the projects' own documentation has them, for a node whose configuration nobody wrote down:
 * Kubernetes' page of RuntimeClass, gVisor's and Kata's how-tos for containerd, CRI-O's manual page. Paths are their defaults.
 */
import type { NodeRuntime } from './node-runtime.ts';
import type { Sandbox, Vmm } from './sandbox.ts';

const SHORT: Readonly<Record<Vmm, string>> = {
  qemu: 'qemu',
  'cloud-hypervisor': 'clh',
  dragonball: 'dragonball',
  firecracker: 'fc',
};
const KATA_DEFAULTS = '/opt/kata/share/defaults/kata-containers';

function kataConfig(vmm: Vmm | undefined): string {
  return `${KATA_DEFAULTS}/configuration${vmm === undefined ? '' : `-${SHORT[vmm]}`}.toml`;
}

export function configLines(runtime: NodeRuntime, handler: string, sandbox: Sandbox): readonly string[] {
  return runtime.name === 'cri-o' ? crio(handler, sandbox) : containerd(runtime, handler, sandbox);
}

function containerd({ version = '2' }: NodeRuntime, handler: string, sandbox: Sandbox): readonly string[] {
  // Configuration version 3, of containerd 2, renamed the plug-in.
  const plugin = version.startsWith('1.') ? '"io.containerd.grpc.v1.cri"' : "'io.containerd.cri.v1.runtime'";
  const table = `plugins.${plugin}.containerd.runtimes.${handler}`;
  const type = (name: string): readonly string[] => [
    `[${table}]`,
    `  runtime_type = "io.containerd.${name}"`,
  ];
  switch (sandbox.kind) {
    case 'runc':
      return type('runc.v2');
    case 'crun':
      return [...type('runc.v2'), `  [${table}.options]`, '    BinaryName = "/usr/bin/crun"'];
    case 'gvisor':
      return type('runsc.v1');
    case 'kata':
      return [
        ...type('kata.v2'),
        ...(sandbox.vmm === 'firecracker' ? ['  snapshotter = "devmapper"'] : []),
        '  privileged_without_host_devices = true',
        `  [${table}.options]`,
        `    ConfigPath = "${kataConfig(sandbox.vmm)}"`,
      ];
  }
}

function crio(handler: string, sandbox: Sandbox): readonly string[] {
  const table = (path: string, type: 'oci' | 'vm'): readonly string[] => [
    `[crio.runtime.runtimes.${handler}]`,
    `runtime_path = "${path}"`,
    `runtime_type = "${type}"`,
  ];
  switch (sandbox.kind) {
    case 'runc':
    case 'crun':
      return table(`/usr/bin/${sandbox.kind}`, 'oci');
    case 'gvisor':
      return table('/usr/local/bin/runsc', 'oci');
    case 'kata':
      return [
        ...table('/opt/kata/bin/containerd-shim-kata-v2', 'vm'),
        `runtime_config_path = "${kataConfig(sandbox.vmm)}"`,
        'privileged_without_host_devices = true',
      ];
  }
}
