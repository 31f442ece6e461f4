"""Listeners of one namespace: listen.py 8080/TCP 9000/UDP. TCP answers each HTTP request once it is whole, UDP echoes."""
import re
import socket
import sys
import threading

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n"


def serve(connection):
    with connection:
        data = b""
        while True:
            more = connection.recv(65536)
            if not more:
                return
            data += more
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if length is None or len(body) >= int(length[1]):
                data = b""
                connection.sendall(ANSWER)


def tcp(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("0.0.0.0", port))
    server.listen(128)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def udp(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", port))
    while True:
        data, peer = server.recvfrom(65536)
        server.sendto(data, peer)


for word in sys.argv[1:]:
    port, proto = word.split("/")
    threading.Thread(target=tcp if proto == "TCP" else udp, args=(int(port),), daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
