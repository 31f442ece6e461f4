/** The parts of the script that are the same in every lab: its commands, and the program behind its listeners. */

/** Answers like the simulator's programs: a small page, an echo, nothing. Binds first, then goes to the background. */
const LISTENER = `
import os, socket, sys, threading

def http(connection, me, peer):
    data = b""
    while True:
        part = connection.recv(65536)
        if not part:
            return
        data += part
        if b"\\r\\n\\r\\n" not in data:
            continue
        head = data.startswith(b"HEAD ")
        data = b""
        name = place.split("/")[-1]
        plain = lambda ip: ip.removeprefix("::ffff:")
        body = ("Hello from %s (%s:%d) to %s\\n" % (name, plain(me[0]), me[1], plain(peer[0]))).encode()
        answer = "HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
        connection.sendall(answer.encode() + (b"" if head else body))

def echo(connection, me, peer):
    while True:
        data = connection.recv(65536)
        if not data:
            return
        connection.sendall(data)

def accept(connection, me, peer):
    while connection.recv(65536):
        pass

def serve(connection, app):
    with connection:
        try:
            {"http": http, "kube-proxy-health": http, "echo": echo}.get(app, accept)(connection, connection.getsockname(), connection.getpeername())
        except OSError:
            pass

def tcp(server, app):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection, app), daemon=True).start()

def udp(server, app):
    while True:
        data, peer = server.recvfrom(65536)
        if app == "echo":
            server.sendto(data, peer)

place, words = sys.argv[1], sys.argv[2:]
servers = []
for word in words:
    proto, app, ip, port = word.split(",")
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    kind = socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM
    try:
        server = socket.socket(family, kind, getattr(socket, "IPPROTO_SCTP", 132) if proto == "sctp" else 0)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((ip, int(port)))
        if proto != "udp":
            server.listen(128)
        servers.append((udp if proto == "udp" else tcp, server, app))
    except OSError as error:
        print("lab: %s does not listen on %s: %s" % (place, word, error), file=sys.stderr)
if os.fork() > 0:
    os._exit(0)
os.setsid()
null = os.open(os.devnull, os.O_RDWR)
for fd in (0, 1, 2):
    os.dup2(null, fd)
for run, server, app in servers:
    threading.Thread(target=run, args=(server, app), daemon=True).start()
threading.Event().wait()
`.trim();

export function head(title: string, prefix: string, firstPlace: string): string[] {
  return [
    '#!/usr/bin/env bash',
    `# ${title}, built from Linux network namespaces: the same devices, addresses, routes and rules.`,
    '#',
    '#   sudo bash lab.sh up                                   build it',
    `#   sudo bash lab.sh exec ${firstPlace} ip route          run a command in one namespace`,
    '#   sudo bash lab.sh status                               what is up',
    '#   sudo bash lab.sh listen                               start the listening programs again',
    '#   sudo bash lab.sh down                                 remove everything',
    '#',
    '# Everything happens in namespaces whose names begin with $LAB; the machine itself is left as it is. For two labs at',
    '# once give each a LAB of its own: sudo LAB=other bash lab.sh up',
    'set -euo pipefail',
    'set -E',
    '',
    `LAB=\${LAB:-${prefix}}`,
    '[[ $LAB =~ ^[A-Za-z0-9]{1,32}$ ]] || { echo "lab: LAB is letters and digits" >&2; exit 2; }',
  ];
}

export const COMMANDS = `
# The kernel's name of a namespace: node/kind-worker is $LAB-node.kind-worker
name_of() {
  local place=$1 name=\${NAMES[$1]-}
  [ -n "$name" ] || { echo "lab: no namespace \\"$place\\"; there are: \${PLACES[*]}" >&2; return 2; }
  echo "$LAB-$name"
}

# ask ID WHAT COMMAND...: can this kernel do it? The command is tried in a namespace of its own.
declare -A HAVE=()
LACKING=()
ask() {
  local id=$1 what=$2
  shift 2
  if ip netns exec "$LAB-try" "$@" >/dev/null 2>&1; then HAVE[$id]=yes; return; fi
  modprobe -q "$id" 2>/dev/null || true
  ip -n "$LAB-try" link del try0 2>/dev/null || true
  if ip netns exec "$LAB-try" "$@" >/dev/null 2>&1; then HAVE[$id]=yes; return; fi
  HAVE[$id]=
  LACKING+=("$what (tried: $*)")
}
has() {
  local id
  for id in "$@"; do [ -n "\${HAVE[$id]-}" ] || return 1; done
}

up() {
  [ "$(id -u)" = 0 ] || { echo "lab: needs root, to make network namespaces" >&2; exit 1; }
  local tool name
  for tool in ip bridge sysctl; do
    command -v "$tool" >/dev/null || { echo "lab: needs $tool (iproute2, procps)" >&2; exit 1; }
  done
  for name in "\${ALL[@]}"; do
    if [ -e "/run/netns/$LAB-$name" ]; then
      echo "lab: $LAB-$name is there already; \\"down\\" removes it" >&2
      exit 1
    fi
  done
  trap 'echo "lab: stopped half-way; \\"down\\" removes what is there" >&2' ERR
  ip netns add "$LAB-try"
  ask_kernel
  ip netns del "$LAB-try"
  if ! has veth bridge; then
    echo "lab: this kernel has no \${LACKING[*]}: nothing can be built" >&2
    exit 1
  fi
  local line
  for line in "\${LACKING[@]}"; do echo "lab: not built, for this kernel lacks it: $line" >&2; done
  build
  listen
  trap - ERR
  echo "lab: \${#PLACES[@]} namespaces are up, as $LAB-..."
}

down() {
  local name pids
  for name in "\${ALL[@]}" try; do
    [ -e "/run/netns/$LAB-$name" ] || continue
    pids=$(ip netns pids "$LAB-$name" 2>/dev/null || true)
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
    ip netns del "$LAB-$name" || true
  done
}

status() {
  local place name
  for place in "\${PLACES[@]}"; do
    name=$(name_of "$place")
    if [ -e "/run/netns/$name" ]; then
      echo "$place: $(ip -n "$name" -br addr show scope global 2>/dev/null | tr -s ' \\n' ' ')"
    else
      echo "$place: down"
    fi
  done
}

# Stops and starts the listening programs, all namespaces at once.
listen() {
  local place pid
  if command -v python3 >/dev/null; then LISTENER_IS=python3
  elif command -v socat >/dev/null; then LISTENER_IS=socat
  else
    echo "lab: nothing listens: needs python3 or socat" >&2
    return 0
  fi
  listeners
  wait
}
listen_in() {
  local place=$1 name word proto app ip port
  name=$(name_of "$place")
  shift
  if [ "$LISTENER_IS" = python3 ]; then
    for pid in $(ip netns pids "$name"); do
      if tr '\\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'lab: %s does not listen'; then kill "$pid" 2>/dev/null || true; fi
    done
    ip netns exec "$name" python3 -c "$LISTENER" "$place" "$@" &
    return
  fi
  for word in "$@"; do
    IFS=, read -r proto app ip port <<<"$word"
    case $proto,$app in
      udp,echo) ip netns exec "$name" setsid socat "UDP-LISTEN:$port,bind=$ip,fork,reuseaddr" EXEC:cat >/dev/null 2>&1 </dev/null & ;;
      udp,*) ip netns exec "$name" setsid socat -u "UDP-RECV:$port,bind=$ip" OPEN:/dev/null >/dev/null 2>&1 </dev/null & ;;
      tcp,http) ip netns exec "$name" setsid socat "TCP-LISTEN:$port,bind=$ip,fork,reuseaddr" SYSTEM:'printf "HTTP/1.0 200 OK\\r\\n\\r\\nHello\\n"' >/dev/null 2>&1 </dev/null & ;;
      tcp,echo) ip netns exec "$name" setsid socat "TCP-LISTEN:$port,bind=$ip,fork,reuseaddr" EXEC:cat >/dev/null 2>&1 </dev/null & ;;
      tcp,*) ip netns exec "$name" setsid socat -u "TCP-LISTEN:$port,bind=$ip,fork,reuseaddr" OPEN:/dev/null >/dev/null 2>&1 </dev/null & ;;
    esac
    disown
  done
}
`
  .trim()
  .split('\n');

export const LISTENER_TEXT: readonly string[] = LISTENER.split('\n');

export const TAIL = `
case \${1-} in
  up) up ;;
  down) down ;;
  status) status ;;
  listen) listen ;;
  exec)
    [ $# -ge 3 ] || { echo "usage: lab.sh exec NETNS COMMAND..." >&2; exit 2; }
    name=$(name_of "$2") || exit 2
    shift 2
    exec ip netns exec "$name" "$@"
    ;;
  *)
    echo "usage: lab.sh up | down | status | listen | exec NETNS COMMAND..." >&2
    exit 2
    ;;
esac
`
  .trim()
  .split('\n');
