/** What separates a pod and its node's kernel: fetched with the card, and the command line's. */
import type { PodRuntime, RuntimeLimit } from '../sim/pod-runtime.ts';

export type Lane = 'calls' | 'packets' | 'files';

/** What of this pod stands in the sentences. */
export interface RuntimeNames {
  /** Its addresses, or words for that it has none. */
  readonly address: string;
  /** Its device and the other end of the pair: `eth0`, `veth1a2b`. */
  readonly device: string;
  readonly hostDevice: string;
  readonly node: string;
  /** It is on the node's network: the addresses are the node's, and no CNI was asked. */
  readonly hostNetwork: boolean;
  /** Kata's machine monitor. */
  readonly vmm: string;
  readonly firecracker: boolean;
}

interface LayerText {
  readonly title: string;
  readonly what: string;
  readonly lanes: Readonly<Record<Lane, string>>;
}

const pair = (p: RuntimeNames): string =>
  p.hostDevice === '' ? '' : ` Its other end on the node is ${p.hostDevice}.`;

const VMMS = {
  qemu: 'QEMU',
  'cloud-hypervisor': 'Cloud Hypervisor',
  dragonball: 'Dragonball',
  firecracker: 'Firecracker',
} as const;

/** By sandbox; what is not listed is no limit of it. */
const LIMITS: Readonly<Record<'gvisor' | 'kata', Readonly<Partial<Record<RuntimeLimit, string>>>>> = {
  gvisor: {
    'host-network':
      'hostNetwork: the Sentry starts in an empty network namespace and has its loopback alone, unless runsc runs with --network=host.',
    'host-processes': 'hostPID, hostIPC: the processes that it sees are the Sentry’s.',
    privileged:
      'privileged: every capability, against the Sentry; the node’s kernel is not its to configure.',
    apparmor: 'AppArmor: the profile is ignored, with a warning in runsc’s log.',
    selinux: 'SELinux: runsc refuses a process label, and the container does not start.',
  },
  kata: {
    'host-network':
      'hostNetwork: a guest cannot have the node’s network; Kata warns that trying may break it.',
    'host-processes': 'hostPID, hostIPC: the processes that it sees are the guest’s.',
    privileged:
      'privileged: every capability in the guest, and its devices; the node’s too unless privileged_without_host_devices is set.',
    selinux: 'SELinux: the label is put on the machine monitor, not on the process inside.',
    'host-path':
      'Directories of the node (hostPath): nothing is shared with the guest while it runs, for there is no virtio-fs.',
    'hot-plug': 'Devices, processors or memory later than the start.',
  },
};

export const runtime = {
  heading: 'Runtime: what separates it from the kernel',
  handler: 'Handler',
  byClass: (p: { name: string }) => `RuntimeClass ${p.name}`,
  noClass: 'no RuntimeClass: the node’s default',
  runBy: 'Chosen by',
  versionUnknown: {
    kind: 'as on kind’s nodes; its version is not written',
    assumed: 'taken for granted: the Node does not say what runs it',
  },
  runtimeNotKnown: 'as the Node says; not known here, so the rest is told as with containerd',
  handlers: 'Its handlers',
  handlersUnknown: 'not written: each is taken to be there',
  configWritten: (p: { file: string }) => `${p.file}, as it is written here`,
  configDocumented: (p: { file: string }) => `${p.file}, as its documentation has it; nobody wrote it here`,
  known: {
    type: 'known by its runtime_type',
    name: 'known by its name',
  },
  unknownHandler:
    'What a handler of this name is cannot be known from here: only the node’s configuration says. It is simulated as if the node’s own kernel ran the pod.',
  sandboxName: (p: { kind: NonNullable<PodRuntime['sandbox']>['kind']; vmm?: keyof typeof VMMS }) =>
    p.kind === 'gvisor'
      ? 'gVisor'
      : p.kind === 'kata'
        ? `Kata Containers${p.vmm === undefined ? '' : ` with ${VMMS[p.vmm]}`}`
        : p.kind,
  vmmName: (vmm: keyof typeof VMMS | undefined): string =>
    vmm === undefined ? 'The machine monitor of Kata’s configuration' : VMMS[vmm],
  refused: 'There is no sandbox: nothing of the pod runs, and the CNI was not asked for an address.',
  waiting: 'The pod has no node yet: what runs it is not decided.',
  lane: 'What goes down through the layers',
  lanes: { calls: 'System calls', packets: 'Packets', files: 'Files' },
  isolation: 'This is what separates them',
  direct: 'Nothing between them but the kernel’s own checks',
  ownKernel: 'a kernel of the pod’s own',
  sharedKernel: 'one kernel for all pods of the node',
  noAddress: 'no address',
  layers: {
    container: {
      app: (): LayerText => ({
        title: 'Application',
        what: 'a process of the node, in namespaces',
        lanes: {
          calls: 'It calls the node’s kernel as any process there does.',
          packets: 'It writes to a socket of the node’s kernel.',
          files: 'It opens paths below the root that its mount namespace shows.',
        },
      }),
      host: (p: RuntimeNames): LayerText => ({
        title: `Kernel of ${p.node}`,
        what: 'behind namespaces and cgroups',
        lanes: {
          calls:
            'It answers the call. Namespaces limit what the process sees, cgroups what it uses; a bug that an allowed call reaches is a bug of the whole node.',
          packets: p.hostNetwork
            ? `TCP and IP run here, in the node’s own network namespace: the pod has none of its own, and ${p.address} is the node’s.`
            : `TCP and IP run here, in the pod’s network namespace, which holds ${p.address} on ${p.device}.${pair(p)}`,
          files: 'It mounts the image’s layers (overlayfs) and the volumes into the pod’s mount namespace.',
        },
      }),
    },
    gvisor: {
      app: (): LayerText => ({
        title: 'Application',
        what: 'user code, under the Sentry',
        lanes: {
          calls: 'It calls as on any Linux; no call of its own is passed through to the node’s kernel.',
          packets: 'It writes to a socket of the Sentry.',
          files: 'It opens paths of the Sentry’s file systems.',
        },
      }),
      sentry: (p: RuntimeNames): LayerText => ({
        title: 'Sentry',
        what: 'a kernel in Go; to the node, a process',
        lanes: {
          calls: 'It answers each call itself: processes, memory, signals, pipes, sockets.',
          packets: p.hostNetwork
            ? 'netstack is its TCP, IP, ARP and loopback. The pod asks for the node’s network, so the CNI made nothing for netstack to take: it has its loopback alone, unless runsc runs with --network=host.'
            : `netstack is its TCP, IP, ARP and loopback. When the sandbox started, runsc took ${p.address} and the routes off ${p.device} and gave them to netstack.`,
          files:
            'The Gofer, a process beside it, owns the container’s files and hands it descriptors of the mounts (directfs, the default), or works on files in its place.',
        },
      }),
      host: (p: RuntimeNames): LayerText => ({
        title: `Kernel of ${p.node}`,
        what: 'under the Sentry, a process like others',
        lanes: {
          calls: 'It meets the Sentry, not the application: memory, scheduling, a few calls.',
          packets: p.hostNetwork
            ? 'It keeps its devices and addresses, and carries no frame for netstack. With --network=host it would answer the Sentry’s socket calls itself.'
            : `It carries frames: an AF_PACKET socket on ${p.device}, which has no address of its own any more.${pair(p)}`,
          files:
            'It works on the descriptors that the Gofer gave, never on a path that the application chose alone.',
        },
      }),
    },
    kata: {
      app: (): LayerText => ({
        title: 'Application',
        what: 'a container inside the pod’s machine',
        lanes: {
          calls: 'It calls the guest’s kernel, in namespaces and cgroups that kata-agent made there.',
          packets: 'It writes to a socket of the guest’s kernel.',
          files: 'It opens paths that the guest’s kernel mounted.',
        },
      }),
      guest: (p: RuntimeNames): LayerText => ({
        title: 'Guest kernel',
        what: 'Linux, in a virtual machine',
        lanes: {
          calls: 'It answers the call, as runc’s would on the node; what it gives away is the machine alone.',
          packets: p.hostNetwork
            ? 'TCP, IP and ARP run here. The node’s network is not the machine’s to have, and the CNI made none for it.'
            : `TCP, IP and ARP run here. Its ${p.device} is a virtio-net card with the MAC of the pod’s ${p.device}; kata-agent gave it ${p.address}.`,
          files: p.firecracker
            ? 'The root is a block device (virtio-block): Firecracker has no virtio-fs.'
            : 'The root and the volumes are mounts of virtio-fs.',
        },
      }),
      vmm: (p: RuntimeNames): LayerText => ({
        title: p.vmm,
        what: 'the machine monitor: a process of the node',
        lanes: {
          calls:
            'It is the machine’s hardware: cards, disks, memory. Its own calls are what the guest can reach.',
          packets: p.hostNetwork
            ? 'The CNI made no device that a card of the machine could be joined to.'
            : 'Frames go between the card’s queues and tap0_kata, by it or, with vhost-net, by the node’s kernel.',
          files: p.firecracker
            ? 'It reads a device-mapper volume, which containerd’s devmapper snapshotter made of the image.'
            : 'virtio-fs serves one directory of the node, where the runtime mounts the image and the volumes.',
        },
      }),
      host: (p: RuntimeNames): LayerText => ({
        title: `Kernel of ${p.node}`,
        what: 'under the machine, with KVM',
        lanes: {
          calls: 'It runs the machine as a process (KVM). The application’s calls never come here.',
          packets: p.hostNetwork
            ? 'Its devices and addresses are its own. Kata does not support hostNetwork, and warns that trying may change or break them.'
            : `In the pod’s network namespace tc redirects what comes in by ${p.device} to tap0_kata, and back: no frame meets the namespace’s own IP stack.${pair(p)}`,
          files: p.firecracker
            ? 'It has the volume’s blocks; the file system on it is the guest’s.'
            : 'It has the directory’s files, and their cache.',
        },
      }),
    },
  },
  /** Between a layer and the one below, from the application down. */
  crossings: {
    container: ['system call: allowed or not by capabilities, seccomp, AppArmor or SELinux'],
    gvisor: [
      'caught by runsc’s platform (systrap, or KVM)',
      'a short list of the Sentry’s own system calls, held by seccomp',
    ],
    kata: [
      'system call, to the guest’s kernel',
      'out of the machine: virtio queues, hardware virtualisation',
      'the monitor’s own system calls',
    ],
  },
  packetsHeading: 'For its packets',
  same: 'The same as with runc',
  other: 'Not the same',
  sameLine: (p: RuntimeNames) =>
    `${p.address}, ${p.hostDevice === '' ? 'the pair’s end on the node' : p.hostDevice} on the node, and every rule, route and policy there: the CNI made them before the sandbox began.`,
  ownStackLine:
    'Who answers ARP and speaks TCP, and what runs on its loopback: the sandbox’s own network stack.',
  insideLine: {
    gvisor: (p: RuntimeNames) =>
      `\`ip addr\` in the namespace on the node shows ${p.device} without an address. The tables here show it as the CNI left it.`,
    kata: (p: RuntimeNames) =>
      `The namespace on the node has tap0_kata beside ${p.device}. The tables here show it as the CNI left it.`,
  },
  socketLine:
    'Programs on the node’s socket calls never see this pod’s `connect()`: a ClusterIP stays in its packets. Simulated: walks from it show that.',
  noSocketLine:
    'Nothing on this node looks at socket calls. Where something does (Cilium in place of kube-proxy), it would not see this pod’s.',
  notSimulated:
    'Walks pass the pod’s pair as with runc; what happens inside the sandbox is told here, not simulated.',
  hostNetwork: 'The pod is on the node’s own network: it has no pair of its own.',
  hostNetworkOpen:
    'What becomes of a sandbox’s own network stack there is open: walks that meet the pod are “unknown”.',
  limitsHeading: 'What it cannot be given',
  asks: (p: { field: string }) => `This pod asks for it: ${p.field}`,
  limits: LIMITS,
  classHeading: 'What the RuntimeClass adds',
  overhead: 'Overhead',
  overheadNote:
    'Counted by ResourceQuota, and by the scheduler on a real cluster: nodes’ resources are not simulated.',
  scheduling: 'Scheduling',
  nothingAdded: 'No overhead, and no place of its own: each node is taken to have the handler.',
  sources: 'Sources',
};
