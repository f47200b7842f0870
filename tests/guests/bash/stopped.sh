# Job control without a terminal: stop, go on, and groups.
exec 2> /dev/null
echo start
sleep 3 &
job=$!
sleep 1
kill -STOP "$job"
sleep 5
kill -CONT "$job"
wait "$job"
echo "slept: $?"
set -m
(sleep 3600; echo never) &
group=$!
sleep 1
kill -TERM -- "-$group"
wait "$group"
echo "group: $?"
set +m
(trap 'echo child trapped; exit 3' USR1; sleep 3600 & wait) &
child=$!
sleep 1
kill -USR1 "$child"
wait "$child"
echo "child: $?"
timeout --signal=KILL 1 bash -c 'trap "" TERM; while :; do sleep 0.3; done'
echo "killed: $?"
timeout -k 1 2 bash -c 'trap "echo ignoring" TERM; while :; do sleep 0.7; done'
echo "killed: $?"
