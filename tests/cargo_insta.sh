#!/usr/bin/env bash
# Shows with the real cargo-insta that it reviews what `grade bless` leaves: a changed snapshot is pending, accepted, and
# then unchanged. Needs `cargo-insta` on PATH (`cargo install cargo-insta`) and the path of a built `grade`:
#
#     bash tests/cargo_insta.sh target/release/grade
set -euo pipefail
grade=$(realpath "${1:?the path of a built grade}")
command -v cargo-insta >/dev/null || { echo "cargo-insta is not on PATH" >&2; exit 2; }
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
course=$(mktemp -d)
trap 'rm -rf "$course"' EXIT
git -C "$root" archive HEAD | tar -x -C "$course"
cd "$course"
spec=graders/ex01_threads/spec.toml
snapshot='graders/ex01_threads/the_lectures_delays_3_and_2@rust.snap'
if ! grep -q '^snapshot = ' "$spec"; then
    check='[[check]]\nid = "as-recorded"\nname = "As recorded"\npoints = 1\nhint = "None."\nsnapshot = { mode = "times", tolerance = "300ms" }\n'
    sed -i "0,/^\[\[wrong\]\]/s//$check\n[[wrong]]/" "$spec"
fi
expect() { grep -qF -- "$2" <<<"$1" || { printf 'expected to see: %s\nsaw:\n%s\n' "$2" "$1" >&2; exit 1; }; }

"$grade" bless ex01 --lang rust
cp "$snapshot" recorded
sed -i 's/DELAY 3 received/DELAY 9 received/' "$snapshot"
"$grade" bless ex01 --lang rust
expect "$(cargo insta pending-snapshots 2>/dev/null)" "$snapshot"
expect "$(cargo insta accept 2>/dev/null)" "(the_lectures_delays_3_and_2@rust.snap)"
test ! -e "$snapshot.new"
expect "$(cat "$snapshot")" "DELAY 3 received"
sed '1,/^---$/d' recorded | sed '1,/^---$/d' >before
sed '1,/^---$/d' "$snapshot" | sed '1,/^---$/d' >after
diff <(sed 's/\.[0-9]* s$/ s/' before) <(sed 's/\.[0-9]* s$/ s/' after)
expect "$("$grade" bless ex01 --lang rust)" "as it was"
echo "cargo-insta reviewed and accepted what grade bless left"
