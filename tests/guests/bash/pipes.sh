# Pipes between processes: only what reaches our own output counts.
echo start
(sleep 1; echo one; sleep 1; echo two) | while read -r word; do echo "read $word"; done
sleep 2 | sleep 1
echo "pipeline done"
{ echo hidden; sleep 1; } | cat > /dev/null
echo "$(sleep 1; echo captured)"
printf 'a\nb\n' | xargs -n 1 -P 2 sh -c 'sleep 1; echo "$0"' | sort
yes | head -2
coproc { sleep 1; echo from coproc; }
read -r line <&"${COPROC[0]}"
echo "$line"
echo "to stderr" >&2
exec 3>&1
(sleep 1; echo "by descriptor 3" >&3)
exit 5
