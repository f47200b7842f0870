# What is written later is newer, and by how much.
folder=$(mktemp -d)
cd "$folder" || exit 1
touch a
sleep 2
touch b
[ b -nt a ] && echo "b is newer"
echo "by $(($(stat -c %Y b) - $(stat -c %Y a))) s"
sleep 3
echo more >>a
[ a -nt b ] && echo "now a is"
echo "by $(($(stat -c %Y a) - $(stat -c %Y b))) s"
sleep 1
: >c
cp a d
echo "c and d are $(($(date +%s) - $(stat -c %Y c))) and $(($(date +%s) - $(stat -c %Y d))) s old"
sleep 10
echo "ten seconds later: $(find . -newer b -type f | sort | tr '\n' ' ')"
touch -d '2020-01-01' a
[ a -ot b ] && echo "a is from $(date -r a +%Y)"
cd / && rm -r "$folder"
