# A threaded HTTP server and its clients in one process, with time-outs on both sides.
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(float(self.path[1:]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):
        pass


def fetch(delay, timeout):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{delay}", timeout=timeout) as answer:
            print(delay, answer.read().decode())
    except TimeoutError:
        print(delay, "timed out")


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
port = server.server_address[1]
threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
print("start")
clients = [threading.Thread(target=fetch, args=pair) for pair in ((1, 60), (3, 60), (2, 60), (60, 2.5))]
for client in clients:
    client.start()
for client in clients:
    client.join()
server.shutdown()
print("closed")
