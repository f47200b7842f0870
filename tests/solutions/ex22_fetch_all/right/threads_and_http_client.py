import http.client
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

base, n, limit, *paths = sys.argv[1:]
host = urlsplit(base).netloc
limit = int(limit) / 1000


def get(path):
    end = time.monotonic() + limit
    connection = http.client.HTTPConnection(host, timeout=limit)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        while response.read1(65536):
            if time.monotonic() > end:
                raise TimeoutError
        return response.status
    finally:
        connection.close()


def fetch(path):
    for _ in range(3):
        try:
            status = get(path)
        except TimeoutError:
            return "timeout"
        if status != 503:
            break
    return status


with ThreadPoolExecutor(int(n)) as pool:
    for path, result in zip(paths, pool.map(fetch, paths)):
        print(f"{path}: {result}")
