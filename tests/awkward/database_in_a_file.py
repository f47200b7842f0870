import sqlite3, threading
path = "data.db"
with sqlite3.connect(path) as database:
    database.execute("create table t (n integer)")
def insert(number):
    with sqlite3.connect(path, timeout=20) as database:
        database.execute("insert into t values (?)", (number,))
threads = [threading.Thread(target=insert, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sqlite3.connect(path).execute("select count(*), sum(n) from t").fetchone())
