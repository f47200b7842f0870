# Children of a shell share its time: sleep, date, timeout, SECONDS.
echo start
begin=$(date +%s)
for number in 1 2 3; do
    sleep 1
    echo "$number: $(($(date +%s) - begin)) s"
done
timeout 2 sleep 3600
echo "timeout: $?"
timeout 60 sleep 1
echo "in time: $?"
echo "SECONDS: $SECONDS"
read -r -t 1.5 line < <(sleep 60) || echo "read: $?"
