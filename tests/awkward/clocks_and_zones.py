import datetime, locale, os, time
began = time.monotonic()
time.sleep(10)
print(round(time.monotonic() - began, 2), datetime.datetime.now().year)
os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
print(time.tzname)
