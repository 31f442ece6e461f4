"""A program that ends each connection and opens another: proxy.py PORT [transparent] [as-client].

`transparent` sets IP_TRANSPARENT on the listener, `as-client` connects from the client's address. Runs as user 1337. Whom the
client meant is the accepted socket's own address, or what conntrack remembers (SO_ORIGINAL_DST).
"""
import os
import socket
import struct
import sys

IP_TRANSPARENT = 19
SO_ORIGINAL_DST = 80
port, options = int(sys.argv[1]), sys.argv[2:]

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if "transparent" in options:
    server.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
server.bind(("0.0.0.0", port))
server.listen(16)
if "as-client" not in options:
    os.setgid(1337)
    os.setuid(1337)
print("ready", flush=True)


def meant(connection):
    try:
        _, port, ip = struct.unpack("!HH4s8x", connection.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16))
        return socket.inet_ntoa(ip), port
    except OSError:
        return connection.getsockname()


while True:
    connection, peer = server.accept()
    with connection:
        request = connection.recv(65536)
        with socket.socket() as upstream:
            if "as-client" in options:
                upstream.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
                upstream.bind((peer[0], 0))
            upstream.connect(meant(connection))
            upstream.sendall(request)
            answer = upstream.recv(65536)
        connection.sendall(answer)
        connection.recv(65536)
