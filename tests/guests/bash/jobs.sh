# Background jobs, wait, traps, and a kill.
echo start
for number in 3 1 2; do
    (sleep "$number"; echo "job $number") &
done
wait
echo "all jobs done"
trap 'echo trapped' TERM
(sleep 1; kill -TERM $$) &
sleep 2
echo "slept"
wait
trap 'echo bye' EXIT
sleep 3600 &
job=$!
sleep 1
kill "$job"
wait "$job"
echo "job ended with $?"
(sleep 1; exit 7) &
wait "$!"
echo "exit status: $?"
